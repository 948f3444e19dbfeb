"""Import a city's past service requests from a CSV file: one process reads it, several write at once."""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

from flask import Flask, current_app

from open311.actions.base.environment import Environment
from open311.actions.city.import_batch import CASES_PER_BATCH, Added, Case, add_cases, analyze, reserve_numbers
from open311.actions.city.import_report import Refused, Report
from open311.actions.city.import_rows import Rows
from open311.adapters.tables import BrokenRow, open_table, write_table
from open311.catalog.city import Jurisdiction
from open311.catalog.mapping import ImportMapping
from open311.models.base import database
from open311.queries.city.imports import count_known

WRITER_PROCESSES = min(max(os.cpu_count() or 1, 2), 8)
"""How many processes write: while PostgreSQL works for one, another renders publications."""


@dataclass
class Imported:
    """What an import did: every row of the file counts in ``added`` or in ``report.refused``."""

    rows: int = 0
    refused: int = 0
    added: Added = field(default_factory=Added)
    report: Report = field(default_factory=Report)
    absent: list[str] = field(default_factory=list)
    """Fields that the mapping reads, but for which the file has no column."""
    twice: list[str] = field(default_factory=list)
    """Columns that the file has several times, and of which the first is read."""
    delimiter: str = ","
    """What divides the columns of the file."""


def import_requests(
    environment: Environment,
    jurisdiction: Jurisdiction,
    mapping: ImportMapping,
    path: Path,
    rejects: Path,
    progress: Callable[[int], None] = lambda _: None,
    *,
    check: bool = False,
) -> Imported:
    """Import a CSV file; write refused rows to ``rejects``, and call ``progress`` with the number of bytes read so far.

    Each batch is one transaction. Importing the same file again changes nothing, so an interrupted import is simply
    started again.

    :param check: write nothing but refused rows. ``added.same`` then counts the numbers that are here already.
    :raises UnreadableTable: when the file cannot be read.
    :raises Refused: when the file has no column with the requested time, or the mapping names a service that does not
            exist.
    """
    done = Imported()
    wanted = [name for names in mapping.columns.values() for name in names]
    table_of = open_table(path, wanted, delimiter=mapping.delimiter, encoding=mapping.encoding)
    with table_of as table, write_table(rejects, ["line", "reason", *table.columns]) as refused:
        rows = Rows(mapping, jurisdiction, table.columns, done.report)
        done.absent, done.twice, done.delimiter = rows.cells.absent, rows.cells.twice, table.delimiter
        writing = _Looking(jurisdiction.key) if check else _Batches(environment, jurisdiction.key, mapping.name)
        with _uncollected(), writing as batches:
            for row in table.rows(rows.begins):
                done.rows += 1
                done.report.line = table.line
                try:
                    batches.add(rows.case(_readable(row)))
                except Refused as reason:
                    done.report.refuse(reason)
                    done.refused += 1
                    refused.write([str(table.line), str(reason), *(row if isinstance(row, list) else [row.text])])
                if done.rows % 1000 == 0:
                    progress(table.bytes_read())
            done.added = batches.finish()
        progress(table.bytes_read())
    if not check:
        if not jurisdiction.sandbox:
            reserve_numbers(jurisdiction.key)
        analyze()
    return done


class _Looking:
    """Stands where batches are written, and only counts which of the cases are here already."""

    def __init__(self, jurisdiction: str) -> None:
        self._jurisdiction = jurisdiction
        self._numbers: list[str] = []
        self._added = Added()

    def __enter__(self) -> _Looking:
        return self

    def __exit__(self, *_: object) -> None:
        self._numbers.clear()

    def add(self, case: Case) -> None:
        """Count a case."""
        self._numbers.append(case.service_request_id)
        if len(self._numbers) == CASES_PER_BATCH:
            self.finish()

    def finish(self) -> Added:
        """Return what was counted."""
        known = count_known(self._jurisdiction, self._numbers)
        self._added += Added(new=len(self._numbers) - known, same=known)
        self._numbers.clear()
        return self._added


def _readable(row: list[str] | BrokenRow) -> list[str]:
    if isinstance(row, BrokenRow):
        raise Refused(row.reason)
    return row


@contextmanager
def _uncollected() -> Iterator[None]:
    """Turn off Python's garbage collector, in this process and in those forked from it.

    Cases have no reference cycles, and the collector would search every batch again and again (5 % of an import).
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class _Batches:
    """Hands full batches to writer processes, each with its own connection; only a few batches wait at a time.

    A file of one batch is written by this process itself. The writers are forks: they inherit the catalogue, and share
    the work of rendering, which the threads of one process could not.
    """

    def __init__(self, environment: Environment, jurisdiction: str, mapping: str) -> None:
        self._write = partial(add_cases, environment, jurisdiction, f"import:{mapping}")
        self._workers: ProcessPoolExecutor | None = None
        self._waiting: deque[Future[Added]] = deque()
        self._batch: list[Case] = []
        self._added = Added()

    def __enter__(self) -> _Batches:
        return self

    def __exit__(self, *_: object) -> None:
        if self._workers is not None:
            self._workers.shutdown(cancel_futures=True)

    def add(self, case: Case) -> None:
        """Add a case to the current batch; hand the batch over if it is full."""
        if len(self._batch) == CASES_PER_BATCH:
            self._hand_over()
        self._batch.append(case)

    def finish(self) -> Added:
        """Write what is left, wait for all writers, and return what was done."""
        if self._batch and self._workers is None:
            return self._write(self._batch)
        if self._batch:
            self._hand_over()
        while self._waiting:
            self._added += self._waiting.popleft().result()
        return self._added

    def _hand_over(self) -> None:
        if self._workers is None:
            app = current_app._get_current_object()  # type: ignore[attr-defined]
            self._workers = ProcessPoolExecutor(WRITER_PROCESSES, get_context("fork"), _begin, (self._write, app))
        self._waiting.append(self._workers.submit(_write, self._batch))
        self._batch = []
        while len(self._waiting) > WRITER_PROCESSES + 1:
            self._added += self._waiting.popleft().result()


_writing: Callable[[Sequence[Case]], Added]
"""The function with which a writer process writes a batch."""


def _begin(write: Callable[[Sequence[Case]], Added], app: Flask) -> None:
    """Start a writer process: give it connections of its own, and leave interrupts (Ctrl-C) to its parent."""
    global _writing
    _writing = write
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    app.app_context().push()
    database.engine.dispose(close=False)


def _end_with_parent() -> None:
    """End with the parent: a writer whose parent was killed would wait for batches forever."""
    if parent := parent_process():
        wait([parent.sentinel])
        os._exit(1)


def _write(batch: Sequence[Case]) -> Added:
    return _writing(batch)
