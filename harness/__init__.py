"""faasfuzz: a serverless-aware DAST fuzzing harness."""

__version__ = "0.1.0"
