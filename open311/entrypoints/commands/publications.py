"""``open311 publish``: the public face of service requests."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from open311.actions.republish import republish
from open311.api.installation import installation


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every service request of every jurisdiction.")
@click.option("--jurisdiction", help="Only this jurisdiction's.")
@click.option("--service-code", help="Only this service's.")
@with_appcontext
def publish(everything: bool, jurisdiction: str | None, service_code: str | None) -> None:
    """Render publications and boundary tags anew; safe at any time."""
    if not (everything or jurisdiction or service_code):
        raise click.UsageError("say --all, --jurisdiction or --service-code")
    done = 0
    for done in republish(installation().environment, jurisdiction, service_code):
        if sys.stdout.isatty():
            click.echo(f"\r{done} service requests", nl=False)
    click.echo(f"\r{done} service requests published anew")
