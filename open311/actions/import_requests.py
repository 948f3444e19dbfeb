"""Bring in a city's past service requests from a CSV: batches in flight on two connections while rows are read."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app

from open311.actions.bulk import BATCH, Added, Case, add_cases, analyze, reserve_numbers
from open311.actions.environment import Environment
from open311.actions.import_rows import Refused, Rows
from open311.adapters.tables import Table, open_table, write_table
from open311.catalog.city import Jurisdiction
from open311.catalog.mapping import ImportMapping

CONNECTIONS = 2
"""Batches that PostgreSQL works on at once, while Python reads the next rows."""


@dataclass
class Imported:
    """What an import did: every row of the file is in ``added`` or refused."""

    rows: int = 0
    refused: int = 0
    added: Added = field(default_factory=Added)
    handled: Counter[str] = field(default_factory=Counter)
    absent: list[str] = field(default_factory=list)
    """Fields of ours for which the file has no column."""


def import_requests(
    environment: Environment,
    jurisdiction: Jurisdiction,
    mapping: ImportMapping,
    path: Path,
    rejects: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import a file; ``progress`` hears how many of its bytes were read.

    Each batch is one transaction. Importing the same file again changes nothing, so an import that was broken off is
    simply started again.

    :raises UnreadableTable: the file cannot be read.
    :raises Refused: the file lacks a column without which there is nothing to import, or the mapping names a service
        that there is not.
    """
    done = Imported()
    with open_table(path) as table, write_table(rejects, ["line", "reason", *table.columns]) as refused:
        rows = Rows(mapping, jurisdiction, table.columns)
        with _Batches(environment, jurisdiction.key, f"import:{mapping.name}") as batches:
            for row in table.rows():
                done.rows += 1
                try:
                    batches.add(_case(rows, row, table))
                except Refused as reason:
                    done.refused += 1
                    refused.write([str(table.line), str(reason), *row])
                if done.rows % 1000 == 0:
                    progress(table.bytes_read())
            done.added = batches.finish()
        progress(table.bytes_read())
    done.handled, done.absent = rows.handled, rows.absent
    if done.added.kept:
        done.handled["kept"] = done.added.kept
    reserve_numbers(jurisdiction.key)
    analyze()
    return done


def _case(rows: Rows, row: list[str], table: Table) -> Case:
    if len(row) != len(table.columns):
        raise Refused(f"{len(row)} values under {len(table.columns)} columns")
    return rows.case(row)


class _Batches:
    """Hands full batches to threads of their own, each with a session of its own; at most a few wait."""

    def __init__(self, environment: Environment, jurisdiction: str, origin: str) -> None:
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]
        self._what = (environment, jurisdiction, origin)
        self._pool = ThreadPoolExecutor(CONNECTIONS)
        self._waiting: deque[Future[Added]] = deque()
        self._batch: list[Case] = []
        self._added = Added()

    def __enter__(self) -> _Batches:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(self, case: Case) -> None:
        """Take a case into the batch; hand the batch over when it is full."""
        self._batch.append(case)
        if len(self._batch) == BATCH:
            self._hand_over()

    def finish(self) -> Added:
        """Wait for everything; answers what was done."""
        if self._batch:
            self._hand_over()
        while self._waiting:
            self._added += self._waiting.popleft().result()
        return self._added

    def _hand_over(self) -> None:
        batch, self._batch = self._batch, []
        self._waiting.append(self._pool.submit(self._write, batch))
        while len(self._waiting) > CONNECTIONS + 1:
            self._added += self._waiting.popleft().result()

    def _write(self, batch: list[Case]) -> Added:
        with self._app.app_context():
            return add_cases(*self._what, batch)
