"""The command ``open311 city``: bring the database in line with the city's files."""

from __future__ import annotations

import click

from open311.actions.base.environment import current_environment
from open311.actions.city.load_city import load_city
from open311.actions.places.load_boundaries import load_samples
from open311.entrypoints.commands.catalog import remarks
from open311.entrypoints.commands.options import refusals_as_errors
from open311.entrypoints.commands.tables import TableGroup

group = TableGroup("city", help="Bring the database in line with the city's files.")


@group.command()
@click.option(
    "--forget-jurisdiction",
    "forget",
    multiple=True,
    metavar="KEY",
    help="Go on although the files no longer name it and the database has its service requests; repeatable.",
)
def load(forget: tuple[str, ...]) -> None:
    """Record what the files say now.

    Layers without boundaries get the sample boundaries.
    """
    environment = current_environment()
    with refusals_as_errors():
        told = load_city(environment, forget)
    for line in [*told, *load_samples(environment)]:
        click.echo(line)
    for remark in remarks(environment.city):
        click.echo(remark)
    services = sum(len(jurisdiction.services) for jurisdiction in environment.city.jurisdictions.values())
    click.echo(f"{environment.city.name}: {len(environment.city.jurisdictions)} jurisdictions, {services} services")
