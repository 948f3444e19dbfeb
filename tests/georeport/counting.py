"""Counting the statements that a call runs."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection


@pytest.fixture
def statements(city: Connection, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All SQL that the database is sent, by whatever way."""
    sent: list[str] = []

    class Noted(psycopg.Cursor[Any]):
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            sent.append(str(query))
            return super().execute(query, *args, **kwargs)

        def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
            sent.append(str(query))
            super().executemany(query, *args, **kwargs)

    monkeypatch.setattr(city.connection.driver_connection, "cursor_factory", Noted)
    return sent
