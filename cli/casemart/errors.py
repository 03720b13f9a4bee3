"""Errors that a person can act on, and the exit codes that scripts can rely on."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command returns to the shell."""

    OK = 0
    FAILED = 1  # the data or a test failed
    USAGE = 2  # a wrong path, option, table, metric or expression
    LOCKED = 3  # another casemart or dbt process holds the warehouse
    INTERRUPTED = 130


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
