"""Options from files: `faasfuzz.toml`, or `[tool.faasfuzz]` in `pyproject.toml`.

The command line wins over the file. Keys are the options' names with underscores.
"""

import tomllib
from pathlib import Path
from typing import Any

import click

from harness.errors import UsageError


def load_settings(config: Path | None, folder: Path) -> dict[str, Any]:
    """The settings that apply in a folder; a named file must exist. Raises UsageError."""
    if config is not None:
        return _section(config, _parse(config))
    for name in ("faasfuzz.toml", "pyproject.toml"):
        path = folder / name
        if path.is_file():
            data = _section(path, _parse(path))
            if data or name == "faasfuzz.toml":
                return data
    return {}


def apply_settings(
    context: click.Context, settings: dict[str, Any], path: str, params: dict[str, Any]
) -> dict[str, Any]:
    """The parameters, with each one that the command line did not give taken from the settings."""
    options = {param.name: param for param in context.command.params if param.name}
    merged = dict(params)
    for key, value in settings.items():
        option = options.get(key)
        if option is None or key in ("config", "source"):
            raise UsageError(
                f"unknown option {key!r}", path=path, mend=f"known are {', '.join(sorted(options))}"
            )
        source = context.get_parameter_source(key)
        if source is click.core.ParameterSource.DEFAULT:
            try:
                merged[key] = _convert(option, value, context)
            except click.BadParameter as error:
                raise UsageError(f"{key}: {error.message}", path=path) from error
    return merged


def _convert(option: click.Parameter, value: Any, context: click.Context) -> Any:
    if option.multiple if isinstance(option, click.Option) else False:
        values = value if isinstance(value, list) else [value]
        return tuple(option.type.convert(v, option, context) for v in values)
    return option.type.convert(value, option, context)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError("no such file", path=path, mend="check --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"not valid TOML: {error}", path=path) from error


def _section(path: Path, data: dict[str, Any]) -> dict[str, Any]:
    if path.name != "pyproject.toml":
        return data
    section = data.get("tool", {}).get("faasfuzz", {})
    return section if isinstance(section, dict) else {}
