"""Read and write CSV files, plain or gzipped, row by row, so that even large files need little memory."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from open311.domain.encoding import OR_WINDOWS_1252


class UnreadableTable(Exception):
    """The file is missing, or is not a CSV file with a header; the message says which."""


class Table:
    """An open CSV file: its columns, its rows, and how much of it has been read."""

    def __init__(self, file: IO[bytes], text: IO[str]) -> None:
        self._file = file
        self._reader = csv.reader(text)
        self.columns: list[str] = [name.strip() for name in next(self._reader, [])]

    @property
    def line(self) -> int:
        """The number of the line at which the last row read ends."""
        return self._reader.line_num

    def bytes_read(self) -> int:
        """Return how much of the file on disk has been read, in bytes."""
        return self._file.tell()

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows as lists in the order of the columns; empty lines are left out."""
        return (row for row in self._reader if row)


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a CSV file in UTF-8; bytes that are not UTF-8 are read as Windows-1252.

    :raises UnreadableTable: when the file cannot be read, with a sentence for the person who imports it.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            unpacked = gzip.GzipFile(fileobj=file) if packed else file
            text = io.TextIOWrapper(cast(Any, unpacked), encoding="utf-8-sig", errors=OR_WINDOWS_1252, newline="")
            table = Table(file, text)
            if not table.columns:
                raise UnreadableTable(f"{path} is empty")
            yield table
    except (OSError, EOFError, csv.Error) as fault:
        raise UnreadableTable(f"{path} cannot be read: {fault}") from None


@contextmanager
def write_table(path: Path, columns: list[str]) -> Iterator[Any]:
    """Open a CSV file for writing rows; the file is created only when the first row is written."""
    writer = _LateWriter(path, columns)
    try:
        yield writer
    finally:
        writer.close()


class _LateWriter:
    def __init__(self, path: Path, columns: list[str]) -> None:
        self._path, self._columns = path, columns
        self._file: IO[str] | None = None
        path.unlink(missing_ok=True)

    def write(self, row: list[str]) -> None:
        """Add a row."""
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(self._columns)
        self._writer.writerow(row)

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file is not None:
            self._file.close()
