"""The command ``open311 publish``: render what the public sees of service requests."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from open311.actions.base.environment import current_environment
from open311.actions.publications.republish import republish
from open311.catalog.city import Jurisdiction
from open311.entrypoints.commands.options import only_jurisdiction_option
from open311.entrypoints.commands.tables import TableCommand


@click.command(cls=TableCommand)
@click.option("--all", "everything", is_flag=True, help="Every service request of every jurisdiction.")
@only_jurisdiction_option
@click.option("--service-code", help="Only service requests of this service.")
@with_appcontext
def publish(everything: bool, jurisdiction: Jurisdiction | None, service_code: str | None) -> None:
    """Render all that the public sees again; safe at any time."""
    if everything == bool(jurisdiction or service_code):
        raise click.UsageError("say --all, or --jurisdiction, --service-code or both")
    environment = current_environment()
    asked = [jurisdiction] if jurisdiction else environment.city.jurisdictions.values()
    if service_code and not any(service_code in each.services for each in asked):
        raise click.BadParameter(f"no service {service_code!r}", param_hint="--service-code")
    done = 0
    for done in republish(environment, jurisdiction.key if jurisdiction else None, service_code):
        if sys.stdout.isatty():
            click.echo(f"\r{done} service requests", nl=False)
    click.echo(f"\r{done} service requests published again")
