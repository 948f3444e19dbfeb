"""Migrate the database's tables to the newest state, and compare them with the models."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script
from geoalchemy2 import Geometry
from sqlalchemy import Connection

from open311.models.base import database
from open311.models.locks import Lock
from open311.models.publications.publication import TransactionId

VERSIONS = Path(__file__).parent / "migrations" / "versions"
"""The directory of the migrations."""
FOREIGN_TABLES = ("procrastinate_", "spatial_ref_sys", "lifecycle_step")
"""The prefixes of tables without a model: those of PostGIS, of the job queue and of our triggers."""


def is_ours(thing: Any, name: str | None, kind: str, *_: Any) -> bool:
    """Return whether a table, or a part of one, is defined by our models (an ``include_object`` hook of Alembic)."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
    return not (table or "").startswith(FOREIGN_TABLES)


def know_types(connection: Connection) -> None:
    """Teach the connection's dialect the column types that SQLAlchemy does not know when it reads tables."""
    connection.dialect.ischema_names["xid8"] = TransactionId  # type: ignore[attr-defined]


def spell_type(kind: str, thing: Any, context: AutogenContext) -> str | Literal[False]:
    """Write a column's type that is not SQLAlchemy's, with its import (a ``render_item`` hook of Alembic)."""
    if kind != "type" or not isinstance(thing, Geometry | TransactionId):
        return False
    name = type(thing).__name__
    module = "geoalchemy2" if isinstance(thing, Geometry) else type(thing).__module__
    context.imports.add(f"from {module} import {name}")
    return repr(thing)


def _scripts(versions: Path = VERSIONS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    return config


def _config(connection: Connection, versions: Path = VERSIONS) -> Config:
    config = _scripts(versions)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _tidy(config: Config) -> Config:
    """Have new files written as ruff wants them, where it is installed."""
    if find_spec("ruff"):
        config.set_section_option("post_write_hooks", "hooks", "check, format")
        for name, options in (("check", "check --fix --quiet"), ("format", "format --quiet")):
            config.set_section_option("post_write_hooks", f"{name}.type", "module")
            config.set_section_option("post_write_hooks", f"{name}.module", "ruff")
            config.set_section_option("post_write_hooks", f"{name}.options", f"{options} REVISION_SCRIPT_FILENAME")
    return config


def migrate(connection: Connection) -> None:
    """Bring the tables up to date in the connection's transaction; of two calls at once, the second waits."""
    connection.exec_driver_sql(Lock.MIGRATION.waiting)
    command.upgrade(_config(connection), "head")


def differences(connection: Connection) -> list[Any]:
    """Return the differences between the models and the tables, as Alembic's operations."""
    know_types(connection)
    context = MigrationContext.configure(connection, opts={"include_object": is_ours})
    return list(compare_metadata(context, database.metadata))


def revision(connection: Connection, message: str, directory: Path = VERSIONS) -> Path:
    """Write the next migration from the differences between the models and the tables (for developers).

    The file is named by its number and its reason, ``0009_why.py``. ``directory`` holds the migrations.

    :raises alembic.util.CommandError: when the tables are not at the newest migration.
    """
    config = _tidy(_config(connection, directory))
    written = command.revision(config, message, autogenerate=True, rev_id=_next_number(directory))
    assert isinstance(written, Script)
    return Path(written.path)


def revisions(directory: Path = VERSIONS) -> list[str]:
    """Return the numbers of all migrations that this version knows, the newest last."""
    return sorted(path.name[:4] for path in directory.glob("[0-9][0-9][0-9][0-9]_*.py"))


def _next_number(directory: Path) -> str:
    return f"{max(map(int, revisions(directory)), default=0) + 1:04}"
