"""What the sensors of a Node.js runtime tell, judged."""

import pytest

from harness.oracles.code import CodeOracle, TemplateOracle
from harness.oracles.deserialization import DeserializationOracle
from tests.unit.oracles import makers
