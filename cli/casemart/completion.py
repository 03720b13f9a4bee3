"""What the shell offers behind `show` and `export`: the names that the published version has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from casemart.catalogue import Catalogue
    from casemart.warehouse import Connection


def complete_name(context: typer.Context, incomplete: str) -> list[str]:
    """Metrics, marts and facts."""
    return _starting(incomplete, _ask(context, lambda _, catalogue: [*catalogue.metrics, *catalogue.tables]))


def complete_segment(context: typer.Context, incomplete: str) -> list[str]:
    """Values for `--by`: those of the named mart."""
    return _starting(incomplete, _values(context, "segment_by"))


def complete_grain(context: typer.Context, incomplete: str) -> list[str]:
    """Values for `--grain`: those of the named mart."""
    return _starting(incomplete, _values(context, "period_grain"))


def complete_data_format(incomplete: str) -> list[str]:
    """Formats of `export`."""
    from casemart.export.forms import COMPRESSED, DATA

    return _starting(incomplete, [*DATA, *COMPRESSED])


def complete_format(incomplete: str) -> list[str]:
    """Formats of `show`."""
    return _starting(incomplete, ["table"]) + complete_data_format(incomplete)


def _values(context: typer.Context, column: str) -> list[str]:
    def question(connection: Connection, catalogue: Catalogue) -> list[str]:
        # Of a line that ends with the option itself the arguments before it are not parsed, only set aside.
        named = context.params.get("name") or next(iter(context.args), "metric_values")
        table = catalogue.table(named)
        rows = connection.execute(f"select distinct {column} from {table.relation} order by 1").fetchall()
        return [value for (value,) in rows]

    return _ask(context, question)


def _ask(context: typer.Context, question: Callable[[Connection, Catalogue], list[str]]) -> list[str]:
    """Nothing where nothing is published, or where the line is wrong: a shell that completes has no place for errors."""
    import duckdb

    from casemart.catalogue import load_catalogue
    from casemart.errors import CasemartError
    from casemart.warehouse import open_published
    from casemart.workspace import Workspace, find_home

    options = context.find_root().params
    workspace = Workspace(Path(options["home"]).resolve() if options.get("home") else find_home(Path.cwd()))
    try:
        with open_published(workspace.demo if options.get("demo") else workspace) as connection:
            return question(connection, load_catalogue(connection))
    except (CasemartError, duckdb.Error, OSError):
        return []


def _starting(incomplete: str, names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]
