"""The command ``open311 sample``: invented service requests to look at."""

from __future__ import annotations

import click

from open311.actions.base.environment import current_environment
from open311.actions.city.sample import load_sample, remove_sample
from open311.catalog.city import Jurisdiction
from open311.domain.moment import now
from open311.entrypoints.commands.options import jurisdiction_option
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.city.catalogue import is_empty

group = TableGroup("sample", help="Load and remove invented service requests.")


@group.command()
@jurisdiction_option
@click.option("--requests", "count", type=click.IntRange(1), default=5_000, show_default=True)
@click.option("--days", type=click.IntRange(1, 36_500), default=730, show_default=True, help="How far back they go.")
def load(jurisdiction: Jurisdiction, count: int, days: int) -> None:
    """Load a clearly marked sample, if there are no requests yet."""
    if not is_empty(jurisdiction.key):
        click.echo(f"{jurisdiction.key} has service requests already; no sample loaded")
        return
    with click.progressbar(length=count, label="sample") as bar:
        for done in load_sample(current_environment(), jurisdiction, count, now(), days):
            bar.update(done - bar.pos)
    click.echo(f"{count} sample service requests loaded; 'open311 sample remove' takes them out again")


@group.command()
@jurisdiction_option
def remove(jurisdiction: Jurisdiction) -> None:
    """Remove the sample with its history."""
    click.echo(f"{remove_sample(jurisdiction.key)} sample service requests removed")
