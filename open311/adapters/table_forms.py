"""What kind of table a file is, by its first bytes and its first line: packed, in which letters, divided by what."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections.abc import Iterable
from typing import IO, Any, cast

from open311.domain.encoding import OR_WINDOWS_1252

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""What may divide the columns, with its name."""

_PEEK_BYTES = 65_536
_BEGINNINGS = {
    b"PK\x03\x04": "an Excel workbook, or a zip of something else: save or unpack it as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save it as CSV",
    b"%PDF": "a PDF",
    b"BZh": "packed with bzip2: unpack it first",
    b"\xfd7zXZ": "packed with xz: unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with zstd: unpack it first",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"{": "JSON",
    b"[{": "JSON",
    b"<": "a web page or XML; perhaps a page that asks to sign in was saved",
}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like the next, so it stands before it
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SEPARATOR_LINE = re.compile(r'"?sep=(.|\\t)"?\s*', re.IGNORECASE)


class NoTable(Exception):
    """The file is something else; the message says what."""


def open_text(file: IO[bytes], encoding: str | None) -> IO[str]:
    """Open a file as text, unpacked if it is gzipped; without ``encoding``, its first bytes tell which it is.

    Bytes that are not UTF-8 are read as Windows-1252. A carriage return alone ends a line only where the first line
    ends with one.

    :raises NoTable: when the file is of another kind.
    """
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    raw = io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=file) if packed else file), _PEEK_BYTES)
    head = raw.peek(_PEEK_BYTES)
    for beginning, kind in _BEGINNINGS.items():
        if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(beginning):
            raise NoTable(kind)
    encoding = encoding or _encoding(head)
    errors = OR_WINDOWS_1252 if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig") else "replace"
    text = head.decode(encoding, "replace")
    first = re.search("\r\n?|\n", text.lstrip("\r\n"))
    return io.TextIOWrapper(
        cast(Any, raw), encoding=encoding, errors=errors, newline="" if first and first[0] == "\r" else "\n"
    )


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if head.count(0) * 4 > len(head):  # every other byte of letters like ours
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    return "utf-8-sig"


def separator_line(line: str) -> str | None:
    """Return what divides the columns as the line ``sep=;`` says, which spreadsheets read; None for any other line."""
    found = _SEPARATOR_LINE.fullmatch(line)
    return found and found[1].replace("\\t", "\t")


def delimiter_of(header: str, wanted: Iterable[str]) -> str:
    """Return what divides the columns: what makes the most of the names that are ``wanted``, or the most columns."""
    names = {name.casefold() for name in wanted}

    def columns(delimiter: str) -> tuple[int, int]:
        found = [name.strip().casefold() for name in next(csv.reader([header], delimiter=delimiter), [])]
        return len(names & set(found)), len(found)

    return max(DELIMITERS, key=columns)
