"""What every change of the warehouse works in: one transaction, and a private folder for the files that it reads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casemart.errors import CasemartError, gist, remedy_of
from casemart.recovery import LANDING
from casemart.warehouse import Connection, open_private
from casemart.workspace import Workspace

INTERRUPTED = "Query interrupted"


@contextmanager
def transaction(workspace: Workspace) -> Iterator[Connection]:
    """The warehouse in one transaction; what the database says no to becomes a CasemartError."""
    import duckdb

    is_new = not workspace.warehouse.exists()
    connection = open_private(workspace)
    try:
        connection.begin()
        yield connection
        connection.commit()
        is_new = False
    except (duckdb.InterruptException, RuntimeError) as error:
        # Ctrl-C while a query runs is a bare RuntimeError.
        if isinstance(error, duckdb.InterruptException) or str(error) == INTERRUPTED:
            raise KeyboardInterrupt from error
        raise
    except duckdb.Error as error:
        hint = "; ".join(filter(None, ["nothing was changed", remedy_of(error)]))
        raise CasemartError(f"the warehouse could not be written: {gist(error)}", hint) from error
    finally:
        # Closing rolls back what was not committed.
        connection.close()
        if is_new:
            workspace.warehouse.unlink(missing_ok=True)


@contextmanager
def private_folder(workspace: Workspace) -> Iterator[Path]:
    """A folder that only this user can read, for the files while they are read."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=LANDING, dir=workspace.state)
    except OSError as error:
        raise CasemartError(f"{workspace.state} cannot be written: {error.strerror}", "choose another `--home`") from error
    with folder as name:
        yield Path(name)
