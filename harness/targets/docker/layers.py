"""The layers of a function as one folder: later ones win, as in Lambda's /opt."""

import shutil
import tempfile
from pathlib import Path

from harness.model import Function


class Layers:
    """A copy that is made when first asked for."""

    def __init__(self, function: Function) -> None:
        self._layers = function.layers
        self._folder: Path | None = None

    def folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="faasfuzz-opt-"))
            self._folder.chmod(0o755)
            for layer in self._layers:
                shutil.copytree(layer, self._folder, symlinks=True, dirs_exist_ok=True)
        return self._folder

    def remove(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
