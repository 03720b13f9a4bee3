"""One module per command. A command parses its options, calls a module of the core and prints; it holds no logic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from casemart.errors import UsageError
from casemart.workspace import Workspace


@dataclass(frozen=True)
class Call:
    """What the options in front of the command said."""

    workspace: Workspace
    is_quiet: bool = False

    def say(self, text: str) -> None:
        """A line for people, on stderr, unless they asked for quiet."""
        if not self.is_quiet:
            typer.echo(text, err=True)


def path_of(text: str) -> Path:
    """The path that an option or argument names. An empty one, often a variable that is not set, would be this folder."""
    if not text:
        raise UsageError("a path is empty", "name a file or folder; `.` is this folder")
    return Path(text)


def is_typed(context: typer.Context, name: str) -> bool:
    """Whether the option of that parameter stands in the command line, and is not a default of the settings."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def call_of(context: typer.Context) -> Call:
    """The `Call` that the main callback stored."""
    call = context.find_object(Call)
    assert call is not None, "the main callback stores the call before any command runs"
    return call
