"""The state of the database's tables: migrate to the newest, and compare with the models."""

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

OTHERS = ("procrastinate_", "spatial_ref_sys", "lifecycle_step")
"""Tables of PostGIS, of the job queue and of our triggers, which bring their own definitions."""


def is_ours(thing: Any, name: str | None, kind: str, *_: Any) -> bool:
    """Whether a table (or what belongs to it) is defined by our models."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
    return not (table or "").startswith(OTHERS)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> None:
    """Bring the tables to the newest state, all in the connection's transaction; two at once wait for each other."""
    connection.exec_driver_sql(Lock.MIGRATION.waiting)
    command.upgrade(_config(connection), "head")


def differences(connection: Connection) -> list[Any]:
    """What the models say and the tables do not, or the reverse."""
    connection.dialect.ischema_names["xid8"] = TransactionId  # type: ignore[attr-defined]
    context = MigrationContext.configure(connection, opts={"include_object": is_ours})
    return list(compare_metadata(context, database.metadata))


def revision(connection: Connection, message: str) -> None:
    """Write a new migration from the differences (for developers)."""
    command.revision(_config(connection), message, autogenerate=True)
