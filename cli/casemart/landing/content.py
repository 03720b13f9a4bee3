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
    (b"{\\rtf", "an RTF document"),
    (b"{", "JSON"),
    (b"[", "a JSON array"),
    (b"<", "HTML or XML"),
)
REMEDY = {
    "compressed with gzip": "name it {name}.gz",
    "compressed with zstd": "name it {name}.zst",
    "a Parquet file": "name it .parquet",
    "JSON": "if each of its lines is one JSON object, name it .ndjson",
    "a JSON array": "write one object per line, for example with `jq -c '.[]'`, and name it .ndjson",
    "HTML or XML": "it may be a log-in page: download the export again",
}


@dataclass(frozen=True)
class Limits:
    """Caps against files that were not meant to be landed. A ratio counts only above `ratio_from_bytes`."""

    content_bytes: int = 100 << 30
    ratio: int = 300
    ratio_from_bytes: int = 8 << 20


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

    def raw_pieces(self) -> Generator[bytes]:
        """The content as it is, decompressed."""
        with _opened(self.source) as file:
            self.progress.total_bytes = os.fstat(file.fileno()).st_size
            for piece in self._decompressed(file):
                if self.content_bytes == len(piece):
                    self._check_magic(piece)
                self.progress.done_bytes = file.tell()
                yield piece
        if not self.content_bytes:
            raise self.refused("is empty", "export it again")

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
                    raise self._with_nul(text)
                self._lines += text.count(b"\n")
                self.progress.done_bytes = file.tell()
                if text:
                    yield text
            self._decoded(decoder, b"", is_final=True)
            if is_first:
                raise self.refused("is empty", "a file without rows still has its header; that of a CSV file is enough")

    def _decompressed(self, file: IO[bytes]) -> Iterator[bytes]:
        stream, failures = _decompressor(file, self.source.compression)
        try:
            while piece := stream.read(PIECE_BYTES):
                self._hash.update(piece)
                self.content_bytes += len(piece)
                self._check_size(file.tell())
                yield piece
        except EOFError as error:
            raise self.refused("is cut off: its compressed content has no end", "copy it again") from error
        except failures as error:
            raise self.refused(f"cannot be decompressed: {error}", "copy it again") from error

    def _check_size(self, compressed_bytes: int) -> None:
        if self.source.compression:
            self.check_unpacked(self.content_bytes, compressed_bytes)
        elif self.content_bytes > self.limits.content_bytes:
            raise self.refused(f"holds more than {self.limits.content_bytes:,} bytes", "split it")

    def check_unpacked(self, content_bytes: int, compressed_bytes: int | None = None) -> None:
        """Refuses content that is larger than the caps, by itself or for the bytes that it came in (default: on disk)."""
        if content_bytes > self.limits.content_bytes:
            raise self.refused(f"holds more than {self.limits.content_bytes:,} bytes", "split it")
        packed = self.progress.total_bytes if compressed_bytes is None else compressed_bytes
        if content_bytes > max(self.limits.ratio_from_bytes, self.limits.ratio * packed):
            what = f"unpacks to more than {self.limits.ratio} times its size: it may be a decompression bomb"
            remedy = "decompress it yourself and land the result" if self.source.compression else "export it as CSV"
            raise self.refused(what, f"if it is sound, {remedy}")

    def _check_magic(self, piece: bytes) -> None:
        # The mark of UTF-32 begins like that of UTF-16.
        marks = {"32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)}
        for bits, mark in marks.items():
            if piece.startswith(mark) and self.encoding == "utf-8":
                raise self.refused(f"is UTF-{bits}", f"say so: `--encoding utf-{bits}`")
        start = piece.removeprefix(codecs.BOM_UTF8)
        wanted = self.source.format
        for magic, name in MAGIC:
            # Documents of text may begin with blanks.
            if (start.lstrip() if len(magic) == 1 else start).startswith(magic):
                if (name, wanted) in (("JSON", "NDJSON"), ("a Parquet file", "Parquet")):
                    return
                extension = ".ndjson" if wanted == "NDJSON" else f".{wanted.lower()}"
                raise self.refused(f"is {name}, not {wanted}", REMEDY.get(name, "export it as CSV").format(name=extension))
        if wanted == "Parquet":
            is_encrypted = piece.startswith(b"PARE")
            raise self.refused(
                "is encrypted" if is_encrypted else "is not Parquet", "name it after what it is, or export it again"
            )

    def _decoded(self, decoder: codecs.IncrementalDecoder, piece: bytes, is_final: bool = False) -> bytes:
        is_utf8 = self.encoding in ("utf-8", "utf-8-sig")
        if is_utf8 and piece.isascii() and not is_final and not decoder.getstate()[0]:
            return piece
        try:
            text = decoder.decode(piece, is_final)
            return piece if is_utf8 else text.encode()
        except UnicodeError as error:
            if b"\x00" in piece and is_utf8:
                raise self._with_nul(piece) from error
            # Some encodings can spell half a character, which UTF-8 has not; some do not say where they fail.
            before = error.object[: error.start] if isinstance(error, UnicodeDecodeError | UnicodeEncodeError) else ""
            line = self._lines + (before.count(b"\n") if isinstance(before, bytes) else before.count("\n"))
            other = "name its encoding, for example `--encoding windows-1252`"
            hint = other if is_utf8 else "name another encoding, or export it as UTF-8"
            raise self.refused(f"is not {self.encoding}: line {line} holds other bytes", hint) from error

    def _with_nul(self, text: bytes) -> CasemartError:
        place = text.index(b"\x00")
        order = "le" if place % 2 else "be"
        line = self._lines + text.count(b"\n", 0, place)
        return self.refused(f"has a NUL byte in line {line}", f"if it is UTF-16, say so: `--encoding utf-16-{order}`")

    def refused(self, what: str, hint: str | None = None) -> CasemartError:
        """The error that says this of the file."""
        return CasemartError(f"{self.source.shown} {what}", hint)


@contextmanager
def _opened(source: Source) -> Iterator[IO[bytes]]:
    """Opens without following a link and without waiting for a pipe, in case the path has changed since it was looked at."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        fd = os.open(source.path, flags)
    except OSError as error:
        raise UsageError(f"{source.shown} cannot be read: {error.strerror}", "change its permissions, or copy it") from error
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise UsageError(f"{source.shown} is not a regular file", "write its content to a file first")
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
