"""A group of commands whose modules are imported when they are called, and not before.

A campaign needs the whole local cloud; `faasfuzz event` and the shell's completion do not.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from harness.cli.examples import with_examples


class LazyGroup(click.Group):
    """Commands by name: (where they are as "module:attribute", what they do in one line)."""

    def __init__(self, *, lazy: Mapping[str, tuple[str, str]], **settings: Any) -> None:
        super().__init__(**settings)
        self._lazy = lazy

    def list_commands(self, _context: click.Context) -> list[str]:
        """In the order in which they were given."""
        return list(self._lazy)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Imports the command's module."""
        if name not in self._lazy:
            return None
        module, _, attribute = self._lazy[name][0].partition(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command), name
        return with_examples(found, name)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without an import."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in self._lazy.items()])

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, without an import; options as ever."""
        own = [
            CompletionItem(name, help=told)
            for name, (_, told) in self._lazy.items()
            if name.startswith(incomplete)
        ]
        return own + click.Command.shell_complete(self, context, incomplete)
