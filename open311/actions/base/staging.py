"""Hand many rows to set-based SQL: COPY them into a temporary table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from open311.actions.base.transaction import connection


@contextmanager
def staged(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> Iterator[None]:
    """Fill a temporary table with rows, for the statements of the ``with`` block; ``columns`` maps names to SQL types.

    COPY is binary, so that neither side writes or reads numbers and times as text. The table has no index and no
    statistics, because it is read as a whole, once or twice.
    """
    names = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection().execute(f"CREATE TEMPORARY TABLE {table} ({names}) ON COMMIT DROP")
    with connection().cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
    yield
    connection().execute(f"DROP TABLE {table}")
