"""What a kind of personal data declares: where it lies, what its subject is shown, what erasing and time take of it.

Each file of ``actions/privacy/kinds`` makes one ``KIND``. Export, erasing and retention walk all of them and know none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.cases.redact import TOMBSTONE
from open311.domain.person import Marks
from open311.domain.retention import Span
from open311.queries.privacy.due import Due
from open311.queries.privacy.subject import Subject
from open311.queries.reading import Statement

Forget = Callable[[Environment, list[Any]], None]
"""Forgets rows, given what their ``Due`` names them by, inside the transaction of retention or of erasing."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the document that its subject is given: a statement about a ``Subject``, and perhaps files."""

    name: str
    about: str
    """A heading, said to the subject."""
    rows: Statement
    files: Callable[[Environment, list[dict[str, Any]]], dict[str, bytes]] | None = None
    """Given the section's rows, returns the files that lie beside the document, by name."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is of one person, told before and after erasing."""

    name: str
    count: Callable[[Subject], int]


@dataclass(frozen=True, slots=True)
class Expiry:
    """Data with a span of its own in ``config/privacy.yaml``: how to find what is due, and how to forget it."""

    name: str
    """The key in ``config/privacy.yaml``."""
    due: Due
    forget: Forget

    @property
    def span(self) -> Span:
        """The span as the catalogue checks it."""
        return Span(self.name, self.due.after_closing)


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasing on request, whose cases are locked: the subject, what names them, and cases merged with theirs."""

    subject: Subject
    marks: Marks
    """Read before anything was erased."""
    merged: list[int]
    """Keys of the service requests of others that are duplicates of the subject's, or the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of personal data."""

    columns: str
    """The columns that hold it, as ``table: column column; table: column``."""
    rank: int = 100
    """The place among the kinds in what people are shown; kinds of the same rank follow by the names of their files.
    Erasing does not depend on it."""
    section: Section | None = None
    tally: Tally | None = None
    erase: Callable[[Environment, Erasure], None] | None = None
    """Takes what is the subject's, again without harm."""
    stays: str = ""
    """What erasing leaves, and why it may stay; required of a kind without ``erase``."""
    expiries: tuple[Expiry, ...] = ()


def columns_of(listed: str) -> set[str]:
    """Read ``table: column column; table: column`` as ``{"table.column", ...}``."""
    tables = (table.partition(":") for table in listed.split(";") if table.strip())
    return {f"{table.strip()}.{column}" for table, _, columns in tables for column in columns.split()}


def delete_rows(table: str, key: str = "key", key_type: str = "bigint") -> Forget:
    """Make a ``Forget`` that deletes rows of a table by ``key``, a column of the SQL type ``key_type``."""
    statement = Statement(f"DELETE FROM {table} WHERE {key} = ANY(CAST(:ids AS {key_type}[]))")

    def forget(environment: Environment, ids: list[Any]) -> None:
        write(statement, {"ids": ids})

    return forget


def erase_by(statement: Statement) -> Callable[[Environment, Erasure], None]:
    """Make an ``erase`` of one statement, which may name what ``Subject.parameters`` has, and ``tombstone``."""

    def erase(environment: Environment, erasure: Erasure) -> None:
        write(statement, {**erasure.subject.parameters(), "tombstone": TOMBSTONE})

    return erase
