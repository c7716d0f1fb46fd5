"""Where the data that comes with faasfuzz lies: the checkout's top level, or inside the wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def data_folder(name: str) -> Path:
    """The folder `event_templates`, `payloads`, `reports` or `examples`."""
    checkout = _PACKAGE.parent / name
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else checkout


def rules_folder() -> Path:
    """The folder of the rules' files."""
    return _PACKAGE / "rules"


def contracts_folder() -> Path:
    """The folder of the response contracts' files."""
    return _PACKAGE / "contracts"
