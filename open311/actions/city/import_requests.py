"""Import a city's past service requests from a CSV file: one process reads it, several write at once."""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter, deque
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
from open311.actions.city.import_rows import Refused, Rows
from open311.adapters.tables import open_table, write_table
from open311.catalog.city import Jurisdiction
from open311.catalog.mapping import ImportMapping
from open311.models.base import database

WRITER_PROCESSES = min(max(os.cpu_count() or 1, 2), 8)
"""How many processes write: while PostgreSQL works for one, another renders publications."""


@dataclass
class Imported:
    """What an import did: every row of the file counts in ``added`` or in ``refused``."""

    rows: int = 0
    refused: int = 0
    added: Added = field(default_factory=Added)
    handled: Counter[str] = field(default_factory=Counter)
    absent: list[str] = field(default_factory=list)
    """Fields that the mapping reads, but for which the file has no column."""


def import_requests(
    environment: Environment,
    jurisdiction: Jurisdiction,
    mapping: ImportMapping,
    path: Path,
    rejects: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import a CSV file; write refused rows to ``rejects``, and call ``progress`` with the number of bytes read so far.

    Each batch is one transaction. Importing the same file again changes nothing, so an interrupted import is simply
    started again.

    :raises UnreadableTable: when the file cannot be read.
    :raises Refused: when the file has no column with the requested time, or the mapping names a service that does not
            exist.
    """
    done = Imported()
    with open_table(path) as table, write_table(rejects, ["line", "reason", *table.columns]) as refused:
        rows = Rows(mapping, jurisdiction, table.columns)
        with _uncollected(), _Batches(environment, jurisdiction.key, f"import:{mapping.name}") as batches:
            for row in table.rows():
                done.rows += 1
                try:
                    batches.add(rows.case(row))
                except Refused as reason:
                    done.refused += 1
                    refused.write([str(table.line), str(reason), *row])
                if done.rows % 1000 == 0:
                    progress(table.bytes_read())
            done.added = batches.finish()
        progress(table.bytes_read())
    done.handled, done.absent = rows.handled, rows.absent
    if done.added.left_alone:
        done.handled["left_alone"] = done.added.left_alone
    reserve_numbers(jurisdiction.key)
    analyze()
    return done


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

    def __init__(self, environment: Environment, jurisdiction: str, origin: str) -> None:
        self._write = partial(add_cases, environment, jurisdiction, origin)
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
