"""Looks at a file before anything reads it: is it what its name says, is it text, and is it not a bomb?

The content comes out as UTF-8 in pieces, decompressed and decoded, while its hash is taken.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from casemart.errors import CasemartError, UsageError
from casemart.landing.sources import Source

PIECE_BYTES = 1 << 17

# What a file begins with when it is something else; the name is what the message says it is.
MAGIC = (
    (b"PK\x03\x04", "a spreadsheet or ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<", "HTML or XML"),
)
REMEDY = {
    "compressed with gzip": "name it .csv.gz",
    "compressed with zstd": "name it .csv.zst",
    "HTML or XML": "it may be a log-in page: download the export again",
}


@dataclass(frozen=True)
class Limits:
    """Caps against files that were not meant to be landed. A ratio counts only above `ratio_from_bytes`."""

    content_bytes: int = 100 << 30
    ratio: int = 300
    ratio_from_bytes: int = 64 << 20


@dataclass
class Progress:
    """How far a file has been read, in bytes on disk."""

    done_bytes: int = 0
    total_bytes: int = 0


def check_encoding(encoding: str) -> str:
    """The codec's own name for `encoding`; UsageError if there is no such text encoding."""
    try:
        info = codecs.lookup(encoding)
    except (LookupError, ValueError) as error:
        raise UsageError(f"there is no encoding {encoding!r}", "for example utf-8, windows-1252, latin-1, utf-16") from error
    if not info._is_text_encoding or info.incrementaldecoder is None:
        raise UsageError(f"{info.name} is not an encoding of text", "for example utf-8, windows-1252, latin-1, utf-16")
    return info.name


class Content:
    """The UTF-8 content of one source. `sha256` and `content_bytes` (before decoding) are complete after the last piece."""

    def __init__(self, source: Source, encoding: str, limits: Limits) -> None:
        self.source = source
        self.encoding = encoding
        self.limits = limits
        self.content_bytes = 0
        self.progress = Progress()
        self._hash = hashlib.sha256()
        self._lines = 1

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def pieces(self) -> Generator[bytes]:
        """Valid UTF-8 without byte order mark and NUL; CasemartError as soon as the content is not such."""
        with _opened(self.source) as file:
            self.progress.total_bytes = os.fstat(file.fileno()).st_size
            decoder = codecs.getincrementaldecoder("utf-8" if self.encoding == "utf-8-sig" else self.encoding)()
            is_first = True
            for piece in self._decompressed(file):
                if is_first:
                    self._check_magic(piece)
                text = self._decoded(decoder, piece)
                if is_first:
                    text = text.removeprefix(codecs.BOM_UTF8)
                    is_first = False
                if b"\x00" in text:
                    line = self._lines + text.count(b"\n", 0, text.index(b"\x00"))
                    raise self._refused(f"has a NUL byte in line {line}", "if it is UTF-16, say so: `--encoding utf-16-le`")
                self._lines += text.count(b"\n")
                self.progress.done_bytes = file.tell()
                if text:
                    yield text
            self._decoded(decoder, b"", is_final=True)
            if is_first:
                raise self._refused("is empty", "a file without rows still has its header")

    def _decompressed(self, file: IO[bytes]) -> Iterator[bytes]:
        stream, failures = _decompressor(file, self.source.compression)
        try:
            while piece := stream.read(PIECE_BYTES):
                self._hash.update(piece)
                self.content_bytes += len(piece)
                self._check_size(file.tell())
                yield piece
        except EOFError as error:
            raise self._refused("is cut off: its compressed content has no end", "copy it again") from error
        except failures as error:
            raise self._refused(f"cannot be decompressed: {error}", "copy it again") from error

    def _check_size(self, compressed_bytes: int) -> None:
        if self.content_bytes > self.limits.content_bytes:
            raise self._refused(f"holds more than {self.limits.content_bytes:,} bytes", "split it")
        is_large = self.source.compression and self.content_bytes > self.limits.ratio_from_bytes
        if is_large and self.content_bytes > self.limits.ratio * compressed_bytes:
            raise self._refused(
                f"unpacks to more than {self.limits.ratio} times its size: it may be a decompression bomb",
                "if it is sound, decompress it yourself and land the result",
            )

    def _check_magic(self, piece: bytes) -> None:
        if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and self.encoding == "utf-8":
            raise self._refused("is UTF-16", "say so: `--encoding utf-16`")
        start = piece.removeprefix(codecs.BOM_UTF8)
        for magic, name in MAGIC:
            # Documents of text may begin with blanks.
            if (start.lstrip() if len(magic) == 1 else start).startswith(magic):
                raise self._refused(f"is {name}, not CSV", REMEDY.get(name, "export it as CSV"))

    def _decoded(self, decoder: codecs.IncrementalDecoder, piece: bytes, is_final: bool = False) -> bytes:
        is_utf8 = self.encoding in ("utf-8", "utf-8-sig")
        if is_utf8 and piece.isascii() and not is_final and not decoder.getstate()[0]:
            return piece
        try:
            text = decoder.decode(piece, is_final)
        except UnicodeError as error:
            line = self._lines + (error.object.count(b"\n", 0, error.start) if isinstance(error, UnicodeDecodeError) else 0)
            hint = "name its encoding, for example `--encoding windows-1252`" if self.encoding.startswith("utf-8") else None
            raise self._refused(f"is not {self.encoding}: line {line} holds other bytes", hint) from error
        return piece if is_utf8 else text.encode()

    def _refused(self, what: str, hint: str | None) -> CasemartError:
        return CasemartError(f"{self.source.shown} {what}", hint)


@contextmanager
def _opened(source: Source) -> Iterator[IO[bytes]]:
    """Opens without following a link and without waiting for a pipe, in case the path has changed since it was looked at."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        fd = os.open(source.path, flags)
    except OSError as error:
        raise UsageError(f"{source.shown} cannot be read: {error.strerror}") from error
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise UsageError(f"{source.shown} is not a regular file")
        yield file


def _decompressor(file: IO[bytes], compression: str) -> tuple[Any, tuple[type[Exception], ...]]:
    """A stream of the content, and the errors that mean that it is damaged."""
    if compression == "gz":
        return gzip.GzipFile(fileobj=file), (gzip.BadGzipFile, zlib.error)
    if compression == "zst":
        try:
            from compression import zstd  # Python 3.14
        except ImportError:
            from backports import zstd
        return zstd.ZstdFile(file), (zstd.ZstdError,)
    return file, ()
