"""The command line: `faasfuzz`. See the contract of verbs, options and exit codes in docs/."""
