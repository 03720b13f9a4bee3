"""The names of the formats, and which one a call asks for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from casemart.errors import UsageError

TEXT = ("csv", "tsv", "json", "ndjson")
BINARY = ("parquet", "xlsx", "arrow")
DATA = (*TEXT, *BINARY, "md")
COMPRESSIONS = ("gz", "zst")
COMPRESSED = tuple(f"{name}.{compression}" for name in TEXT for compression in COMPRESSIONS)


def choose_format(
    wanted: str | None, output: Path | None, known: Sequence[str], default: str | None = None, *, is_typed: bool = True
) -> str:
    """The format that was named, else the one of the file's extension, else `default` (a table on a terminal, CSV in a pipe).

    One that was not typed but comes from the settings gives way to an extension. Where `known` has compressed formats, a file
    called `.gz` or `.zst` is compressed whatever was named. An unknown format is a UsageError.
    """
    extension = _extension(output)
    if wanted is None or (extension in known and not is_typed):
        if output is None:
            return default or ("table" if sys.stdout.isatty() else "csv")
        if extension not in known or extension == "table":
            raise UsageError(
                f"{output}: the extension {output.suffix or '(none)'} names no format that can be written",
                f"known: {_listed(known, '.')}; or name the format with `-f`",
            )
        return extension
    name = wanted.lower()
    if name not in known:
        raise UsageError(f"there is no format {wanted!r} here", f"known: {_listed(known)}")
    compression = extension.rpartition(".")[2]
    compressed = f"{name}.{compression}"
    return compressed if compression in COMPRESSIONS and compressed in known else name


def check_excel(form: str) -> None:
    """A UsageError where `--excel` has nothing to change."""
    if form.partition(".")[0] not in ("csv", "tsv"):
        raise UsageError(f"--excel does not fit {form}", "it is for csv and tsv; an xlsx file is safe as it is")


def _extension(output: Path | None) -> str:
    """`csv` of `a.b.csv`, `csv.gz` of `a.b.csv.gz`."""
    suffixes = [suffix.lower().removeprefix(".") for suffix in (output.suffixes if output else [])]
    return ".".join(suffixes[-2:] if suffixes and suffixes[-1] in COMPRESSIONS else suffixes[-1:])


def _listed(known: Sequence[str], dot: str = "") -> str:
    plain = [f"{dot}{name}" for name in known if "." not in name and not (dot and name == "table")]
    compressed = f"; {', '.join(TEXT)} also with .gz or .zst" if len(plain) < len(known) - 1 else ""
    return ", ".join(plain) + compressed
