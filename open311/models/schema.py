"""Migrate the database's tables to the newest state, and compare them with the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from open311.models.base import database
from open311.models.locks import Lock
from open311.models.publications.publication import TransactionId

FOREIGN_TABLES = ("procrastinate_", "spatial_ref_sys", "lifecycle_step")
"""The prefixes of tables without a model: those of PostGIS, of the job queue and of our triggers."""


def is_ours(thing: Any, name: str | None, kind: str, *_: Any) -> bool:
    """Return whether a table, or a part of one, is defined by our models (an ``include_object`` hook of Alembic)."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
    return not (table or "").startswith(FOREIGN_TABLES)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> None:
    """Bring the tables up to date in the connection's transaction; of two calls at once, the second waits."""
    connection.exec_driver_sql(Lock.MIGRATION.waiting)
    command.upgrade(_config(connection), "head")


def differences(connection: Connection) -> list[Any]:
    """Return the differences between the models and the tables, as Alembic's operations."""
    connection.dialect.ischema_names["xid8"] = TransactionId  # type: ignore[attr-defined]
    context = MigrationContext.configure(connection, opts={"include_object": is_ours})
    return list(compare_metadata(context, database.metadata))


def revision(connection: Connection, message: str) -> None:
    """Write a new migration from the differences between the models and the tables (for developers)."""
    command.revision(_config(connection), message, autogenerate=True)
