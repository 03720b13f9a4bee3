"""Reads `published/current` without a pause: `python -m faulting.reader HOME`. Ends with its stdin, and prints what it saw.

In turn: a fresh connection as a BI tool opens it, a fresh one of casemart's own, and the one that was open from the start.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import duckdb

from casemart.warehouse import open_published
from casemart.workspace import Workspace
from faulting.looking import look_at_version

PAUSE_SECONDS = 0.02


def main(home: Path) -> None:
    workspace = Workspace(home)
    is_over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()
    answers: dict[str, set[str]] = {}
    errors: list[str] = []
    queries = mixed = 0
    with open_published(workspace) as held:
        first = look_at_version(held)
        print("ready", flush=True)
        is_last = False
        while not is_last:
            is_last = is_over.wait(PAUSE_SECONDS)
            try:
                with duckdb.connect(str(workspace.current), read_only=True) as tool:
                    seen = [look_at_version(tool)]
                with open_published(workspace) as own:
                    seen.append(look_at_version(own))
                mixed += look_at_version(held) != first
            except Exception as error:  # whatever it is, it is counted
                errors.append(f"{type(error).__name__}: {error}")
                continue
            queries += 3
            for name, is_whole, total in seen:
                mixed += not is_whole
                answers.setdefault(name, set()).add(total)
    mixed += sum(len(totals) - 1 for totals in answers.values())
    versions = {name: sorted(totals)[0] for name, totals in answers.items()}
    print(json.dumps({"queries": queries, "mixed": mixed, "errors": errors, "versions": versions}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
