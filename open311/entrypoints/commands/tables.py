"""Commands that read or write tables: they refuse where the tables are of another version than the code."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from open311.models.schema import revisions
from open311.queries.city.tables import revision_of_tables


class TableCommand(click.Command):
    """A command that does nothing unless the tables are this version's."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command.

        :raises ClickException: when the tables are missing, older or newer.
        """
        require_our_tables()
        return super().invoke(context)


class TableGroup(AppGroup):
    """A group of such commands."""

    command_class = TableCommand


def require_our_tables() -> None:
    """Refuse to go on over tables of another version.

    :raises ClickException: with one sentence that says what to do.
    """
    found, known = revision_of_tables(), revisions()
    if found == known[-1]:
        return
    if found is None:
        reason = "there are no tables yet: run 'open311 database migrate'"
    elif found in known:
        reason = f"the tables are older than this version ({found}, not {known[-1]}): run 'open311 database migrate'"
    else:
        reason = (
            f"the tables are newer than this version ({found}, not {known[-1]}): install the version whose"
            " 'open311 database migrate' made them, or a later one"
        )
    raise click.ClickException(reason)
