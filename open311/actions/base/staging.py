"""Many rows for set-based SQL: COPY into a temporary table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from open311.actions.base.transaction import connection


@contextmanager
def staged(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> Iterator[None]:
    """A temporary table of these columns (name to type) that holds these rows, for statements of the ``with`` block.

    Binary, because neither side then writes or reads numbers and moments as text. The table has no index and no
    statistics: it is read whole, once or twice.
    """
    names = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection().execute(f"CREATE TEMPORARY TABLE {table} ({names}) ON COMMIT DROP")
    with connection().cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
    yield
    connection().execute(f"DROP TABLE {table}")
