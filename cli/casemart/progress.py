"""What a person sees of a running dbt, on stderr: a bar on a terminal, else a line per model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from casemart.dbt import Progress, Watch

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn

Say = Callable[[str], None]


@contextmanager
def node_progress(say: Say, *, is_quiet: bool) -> Iterator[tuple[Watch | None, Say]]:
    """A `watch` for `casemart.publishing.build`, and the `say` that goes with it. Quiet: nothing at all."""
    if is_quiet:
        yield None, say
    elif sys.stderr.isatty():
        with _bar() as (watch, say_above):
            yield watch, say_above
    else:
        yield lambda progress: _line(progress, say), say


@contextmanager
def live_bar(*columns: ProgressColumn) -> Iterator[tuple[Bar, Say]]:
    """A bar on stderr that goes at the end, and a `say` whose lines stay above it: other writing there would garble both."""
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.text import Text

    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar, lambda text: bar.console.print(Text(text), soft_wrap=True, highlight=False)


def _line(progress: Progress, say: Say) -> None:
    if progress.status and (progress.kind in ("model", "seed") or progress.status not in ("pass", "skipped")):
        mark = "" if progress.status in ("ok", "success", "pass") else f": {progress.status}"
        say(f"[{progress.position}/{progress.total}] {progress.name}{mark} ({progress.seconds:.1f} s)")


@contextmanager
def _bar() -> Iterator[tuple[Watch, Say]]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    columns = (BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    running: list[str] = []
    with live_bar(*columns) as (bar, say):
        task = bar.add_task("starting dbt", total=None)

        def watch(progress: Progress) -> None:
            if progress.status is None:
                running.append(progress.name)
            elif progress.name in running:
                running.remove(progress.name)
            bar.update(
                task, total=progress.total or None, description=", ".join(running)[:70], advance=int(progress.status is not None)
            )

        yield watch, say
