"""What a person sees of a running dbt, on stderr: a bar on a terminal, else a line per model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from casemart.dbt import Progress, Watch


@contextmanager
def node_progress(say: Callable[[str], None], *, is_quiet: bool) -> Iterator[Watch | None]:
    """A `watch` for `casemart.publishing.build`. Quiet: nothing at all."""
    if is_quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as watch:
            yield watch
    else:
        yield lambda progress: _line(progress, say)


def _line(progress: Progress, say: Callable[[str], None]) -> None:
    if progress.status and (progress.kind in ("model", "seed") or progress.status not in ("pass", "skipped")):
        mark = "" if progress.status in ("ok", "success", "pass") else f": {progress.status}"
        say(f"[{progress.position}/{progress.total}] {progress.name}{mark} ({progress.seconds:.1f} s)")


@contextmanager
def _bar() -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    running: list[str] = []
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting dbt", total=None)

        def watch(progress: Progress) -> None:
            if progress.status is None:
                running.append(progress.name)
            elif progress.name in running:
                running.remove(progress.name)
            bar.update(
                task, total=progress.total or None, description=", ".join(running)[:70], advance=int(progress.status is not None)
            )

        yield watch
