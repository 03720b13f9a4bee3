"""Errors that a person can act on, and the exit codes that scripts can rely on."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command returns to the shell."""

    OK = 0
    FAILED = 1  # the data or a test failed
    USAGE = 2  # a wrong path, option, table, metric or expression
    LOCKED = 3  # another casemart or dbt process holds the warehouse
    INTERRUPTED = 130


NO_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")
NO_MEMORY = (
    "Out of Memory",
    "out of memory",
    "Cannot allocate memory",
    "bad allocation",
    "bad_alloc",
    "MemoryError",
    "can't start new thread",
)


class CasemartError(Exception):
    """An expected failure: printed as `error:` and `hint:`, without a traceback."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CasemartError):
    """The call itself is wrong."""

    exit_code = ExitCode.USAGE


class LockedError(CasemartError):
    """Somebody else works on the warehouse."""

    exit_code = ExitCode.LOCKED


def remedy_of(error: object) -> str | None:
    """What to do if the words of an error, DuckDB's, dbt's or the system's, say that there is no room or no memory; else None."""
    text = f"{type(error).__name__}: {error}"
    if any(words in text for words in NO_ROOM):
        return "make room on the disk, then call it again"
    if any(words in text for words in NO_MEMORY):
        return "there is too little memory: end other programs, then call it again"
    return None


def gist(error: object) -> str:
    """What an error says, without the general advice that DuckDB appends."""
    return str(error).partition("\n\n")[0].strip() or type(error).__name__
