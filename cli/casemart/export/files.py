"""Where answers go: files that appear when they are whole, and stdout."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from casemart.errors import CasemartError, ExitCode, UsageError
from casemart.export.forms import BINARY, COMPRESSIONS

# What casemart itself keeps: no answer goes there, not even by force.
DATABASES = (".duckdb", ".wal")


@dataclass(frozen=True)
class Place:
    """Where one answer is written. `file` stands in a private folder until it is whole; None: stdout."""

    form: str
    file: Path | None

    @property
    def folder(self) -> Path | None:
        """The folder that DuckDB needs to write into."""
        return self.file.parent if self.file else None

    @contextmanager
    def stream(self) -> Iterator[IO[str]]:
        """For text formats: UTF-8, compressed where the format says so."""
        compression = _compression(self.form)
        if self.file is None:
            with standard_output(compression) as stream:
                yield stream
        else:
            with self.file.open("wb") as raw, _packed(raw, compression) as packed:
                stream = io.TextIOWrapper(packed, encoding="utf-8", newline="")
                yield stream
                stream.detach()


@contextmanager
def destination(form: str, output: Path | None, *, force: bool) -> Iterator[Place]:
    """The place for one answer in that format: the file, or stdout, which gets a binary format when it is whole."""
    is_text = form not in BINARY
    if output is not None:
        with staged(output, force=force) as file:
            yield Place(form, file)
        return
    if sys.stdout.isatty() and not (is_text and _compression(form) is None):
        raise UsageError(f"{form} is not for a terminal", "name a file: `-o FILE`")
    if is_text:
        yield Place(form, None)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer"
        yield Place(form, file)
        with file.open("rb") as content, standard_output() as stream:
            shutil.copyfileobj(content, stream.buffer)


@contextmanager
def standard_output(compression: str | None = None) -> Iterator[IO[str]]:
    """stdout in UTF-8. A reader that has seen enough and closes the pipe ends the command, without an error."""
    stream: io.TextIOWrapper | None = None
    try:
        with _packed(sys.stdout.buffer, compression) as packed:
            stream = io.TextIOWrapper(packed, encoding="utf-8", newline="")
            yield stream
            stream.flush()
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is left in the buffers has nowhere to go; without this Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.OK) from None
    finally:
        if stream is not None:
            # After a broken pipe the compressor is closed, and has no use for the rest.
            with suppress(ValueError):
                stream.detach()


@contextmanager
def new_file(file: Path, *, force: bool) -> Iterator[IO[str]]:
    """A text file that appears under its name when all is written, and not at all when something fails on the way."""
    with staged(file, force=force) as temporary, Place("", temporary).stream() as stream:
        yield stream


@contextmanager
def staged(file: Path, *, force: bool) -> Iterator[Path]:
    """A path to write `file` to: it takes its name at the end, and leaves nothing when something fails on the way."""
    check_target(file, force=force)
    target = file.resolve()
    try:
        with _private_folder(target.parent, file) as folder:
            yield folder / target.name
            (folder / target.name).replace(target)
    except OSError as error:
        raise _unwritable(file, error) from error


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """A private folder beside the files that are to come into `folder`, which need not be there yet."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", "name a folder, or one that is not there yet")
    target = folder.resolve()
    try:
        with _private_folder(next(place for place in (target, *target.parents) if place.is_dir()), folder) as private:
            yield private
    except OSError as error:
        raise _unwritable(folder, error) from error


def check_target(file: Path, *, force: bool) -> None:
    """Refuses what is there already, and what is not a place for a file."""
    try:
        mode = file.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{file} cannot be written: {reason}", "choose another name") from error
    is_link = mode is not None and stat.S_ISLNK(mode)
    # /dev/stdout is a link to whatever the shell has made of it.
    if (file.exists() and not file.is_file()) or (is_link and file.absolute().parts[1] in ("dev", "proc")):
        raise UsageError(f"{file} is not a regular file", "leave out `-o` to write to stdout")
    if file.resolve().suffix.lower() in DATABASES:
        raise UsageError(f"{file} is a database, or belongs to one", "choose a name such as answer.csv")
    if is_link:
        # Not even by force: it may lead out of the folder that the caller sees, to a file that nobody has asked for.
        raise UsageError(f"{file} is a symbolic link", "name the file that it points to")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already", "add `--force` to overwrite it, or choose another name")
    if not file.resolve().parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}", f"make it first: `mkdir -p {file.parent}`")


@contextmanager
def _private_folder(parent: Path, wanted: Path) -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix=".casemart-", suffix=".part", dir=parent))
    except OSError as error:
        raise UsageError(f"{wanted} cannot be written: {error.strerror}", "choose another place") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _packed(raw: IO[bytes], compression: str | None) -> Iterator[IO[bytes]]:
    """Compresses what is written on its way to `raw`. The same content gives the same bytes."""
    if compression is None:
        yield raw
        return
    if compression == "gz":
        from gzip import GzipFile

        packer: IO[bytes] = GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0)
    else:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd

        packer = zstd.ZstdFile(raw, "wb")
    with packer as packed:
        yield packed


def _compression(form: str) -> str | None:
    ending = form.rpartition(".")[2]
    return ending if ending in COMPRESSIONS else None


def _unwritable(file: Path, error: OSError) -> CasemartError:
    return CasemartError(f"{file} cannot be written: {error.strerror}", "free some space, or choose another place")
