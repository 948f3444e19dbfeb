"""Read and write CSV files, plain or gzipped, row by row, so that even large files need little memory."""

from __future__ import annotations

import csv
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from open311.adapters.table_forms import NoTable, delimiter_of, open_text, separator_line

MAX_ROW_CHARACTERS = 200_000
"""The longest row that is read: longer ones are told and left out, and so is what an open quotation mark begins."""

csv.field_size_limit(2 * MAX_ROW_CHARACTERS)


class UnreadableTable(Exception):
    """The file is missing, or is not a CSV file with a header; the message says which."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A line from which no row could be read, why, and its text (of a long line, the beginning)."""

    reason: str
    text: str


class Table:
    """An open CSV file: its columns, its rows, and how much of it has been read.

    :param wanted: names of columns; they help to tell what divides the columns, if ``delimiter`` does not say it.
    """

    def __init__(self, file: IO[bytes], text: IO[str], delimiter: str | None, wanted: Collection[str]) -> None:
        self._file, self._lines = file, _Lines(text)
        self.line = 0
        """The number of the line at which the last row begins."""
        first = self._lines.first()
        if said := separator_line(first):
            first = self._lines.first()
        self.delimiter = delimiter or said or delimiter_of(first, wanted)
        """What divides the columns."""
        self._lines.put_back([first] if first else [])
        header = self._row(lambda _: False)
        if isinstance(header, BrokenRow):
            raise UnreadableTable(f"the names of the columns cannot be read: {header.reason}")
        self.columns: list[str] = [name.strip() for name in header or ()]

    def bytes_read(self) -> int:
        """Return how much of the file on disk has been read, in bytes."""
        return self._file.tell()

    def rows(self, begins: Callable[[list[str]], bool] = lambda _: False) -> Iterator[list[str] | BrokenRow]:
        """Yield the rows as lists in the order of the columns; rows without any value are left out.

        After a quotation mark that is not closed, only its line is broken: the next line begins a row again.

        :param begins: whether values look like a row of their own; a text in quotation marks must not hold one.
        """
        while (row := self._row(begins)) is not None:
            if isinstance(row, BrokenRow) or any(row):
                yield row

    def _row(self, begins: Callable[[list[str]], bool]) -> list[str] | BrokenRow | None:
        line = self._lines.next()
        if not line:
            return None
        self.line = self._lines.number
        if self._lines.skip_rest(line):
            return BrokenRow(f"longer than {MAX_ROW_CHARACTERS} characters", line[:1000])
        if '"' not in line:
            return line.rstrip("\r\n").split(self.delimiter) if line.strip("\r\n") else []
        return self._quoted_row(line, begins)

    def _quoted_row(self, line: str, begins: Callable[[list[str]], bool]) -> list[str] | BrokenRow:
        quoted = _Quoted(line, self._lines)
        try:
            row = next(csv.reader(quoted, delimiter=self.delimiter))
        except csv.Error as fault:  # such as a carriage return amid a line
            self._lines.put_back(quoted.lines[1:])
            return BrokenRow(f"cannot be read: {fault}", line)
        if quoted.open or (len(quoted.lines) > 1 and self._swallows(quoted.lines, begins)):
            self._lines.put_back(quoted.lines[1:])
            return BrokenRow("a quotation mark that opens in this line is not closed", line)
        return row

    def _swallows(self, lines: list[str], begins: Callable[[list[str]], bool]) -> bool:
        """Whether a row of several lines took in other rows: text follows a closing mark, or a line is a row itself."""
        try:
            list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return True
        return any(begins(line.rstrip("\r\n").split(self.delimiter)) for line in lines[1:])


class _Lines:
    """The lines of a file with their numbers; lines that were read too far can be put back."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self.number = 0

    def next(self) -> str:
        """Return the next line, or of a longer one the beginning; empty at the end."""
        line = self._waiting.popleft() if self._waiting else self._text.readline(MAX_ROW_CHARACTERS)
        self.number += bool(line)
        if "\ufeff" in line:  # the mark of a file's beginning, amid files that were joined
            line = line.replace("\ufeff", "") or "\n"
        return line

    def first(self) -> str:
        """Return the next line that is not blank."""
        while (line := self.next()) and not line.strip():
            pass
        return line

    def put_back(self, lines: list[str]) -> None:
        """Make these lines the next ones."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)

    def skip_rest(self, line: str) -> bool:
        """Read past the rest of a line of which only the beginning was returned; return whether there was any."""
        if len(line) < MAX_ROW_CHARACTERS or line.endswith(("\r", "\n")):
            return False
        while (rest := self._text.readline(MAX_ROW_CHARACTERS)) and not rest.endswith(("\r", "\n")):
            pass
        return True


class _Quoted:
    """The lines that a row with quotation marks takes up, as the reader of CSV asks for one after the other."""

    def __init__(self, line: str, lines: _Lines) -> None:
        self.lines = [line]
        self.open = False
        """Whether the reader asked for more than there is, or than a row may be long."""
        self._more, self._characters, self._asked = lines, len(line), 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._asked += 1
        if self._asked == 1:
            return self.lines[0]
        line = self._more.next()
        self._characters += len(line)
        if line:
            self.lines.append(line)
        if not line or self._characters > MAX_ROW_CHARACTERS:
            self.open = True
            raise StopIteration
        return line


@contextmanager
def open_table(
    path: Path, wanted: Collection[str] = (), *, delimiter: str | None = None, encoding: str | None = None
) -> Iterator[Table]:
    """Open a CSV file in UTF-8 (bytes that are not are read as Windows-1252), UTF-16, or in another ``encoding``.

    :param wanted: names of columns, which help to tell what divides them if ``delimiter`` does not say it.
    :raises UnreadableTable: when the file cannot be read, with a sentence for the person who imports it.
    """
    try:
        with path.open("rb") as file:
            table = Table(file, open_text(file, encoding), delimiter, wanted)
            if not table.columns:
                raise UnreadableTable(f"{path} is empty")
            yield table
    except NoTable as kind:
        raise UnreadableTable(f"{path} is no CSV file: it is {kind}") from None
    except (OSError, EOFError, csv.Error, UnicodeError, zlib.error) as fault:
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
