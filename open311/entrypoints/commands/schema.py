"""The command ``open311 database``: create, check and change the tables."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from open311.entrypoints.commands.tables import require_our_tables
from open311.models import schema
from open311.models.base import database
from open311.queries.city.tables import revision_of_tables

group = AppGroup("database", help="Create, update and check the tables.")


@group.command()
def migrate() -> None:
    """Bring the tables up to date."""
    if (found := revision_of_tables()) and found not in schema.revisions():
        require_our_tables()  # which says that they are newer
    with database.engine.connect() as connection:
        schema.migrate(connection)
        connection.commit()
    click.echo("the tables are up to date")


@group.command()
def check() -> None:
    """Compare the tables with the models; exit 1 if they differ."""
    require_our_tables()
    with database.engine.connect() as connection:
        found = schema.differences(connection)
    for difference in found:
        click.echo(difference)
    if found:
        raise SystemExit(1)
    click.echo("the tables are what the models say")


@group.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write a migration for what differs (for developers).

    MESSAGE says why and becomes part of the file name.
    """
    with database.engine.connect() as connection:
        schema.revision(connection, message)
