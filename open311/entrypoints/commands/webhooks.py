"""``open311 webhooks``: receivers of other people's that are called when something happens."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from open311.actions.webhooks import add_webhook, remove_webhook, replay
from open311.api.installation import installation
from open311.catalog.city import Jurisdiction
from open311.domain.event import Event
from open311.entrypoints.commands.options import jurisdiction_option, refusals_told
from open311.queries.webhooks import all_webhooks, dead_deliveries

group = AppGroup("webhooks", help="Call other people's servers when something happens.")
TOLD = [event.value for event in Event if event not in (Event.CONFIRM, Event.DIGEST)]


@group.command()
@click.argument("url")
@click.option("--event", "events", multiple=True, type=click.Choice(TOLD), help="Repeatable; default: all.")
@jurisdiction_option
def add(url: str, events: tuple[str, ...], jurisdiction: Jurisdiction) -> None:
    """Call URL from now on; its secret is shown once."""
    with refusals_told():
        key, secret = add_webhook(installation().environment, jurisdiction.key, url, events)
    click.echo(f"webhook {key}, secret {secret}")


@group.command("list")
def list_webhooks() -> None:
    """List receivers, and how many calls are done, waiting, dead."""
    for each in all_webhooks():
        counts = f"{each['done']} done, {each['waiting']} waiting, {each['dead']} dead"
        events = ", ".join(each["events"]) or "all events"
        click.echo(f"{each['key']}\t{each['jurisdiction']}\t{each['url']}\t{events}\t{counts}")


@group.command()
@click.argument("webhook", type=int)
def remove(webhook: int) -> None:
    """Call WEBHOOK (the number that list shows) no more."""
    if not remove_webhook(webhook):
        raise click.ClickException(f"no webhook {webhook}, or removed already")
    click.echo(f"webhook {webhook} is removed")


@group.command()
def dead() -> None:
    """List calls that were given up, newest first."""
    for each in dead_deliveries():
        click.echo(f"{each['delivery']}\t{each['url']}\t{each['event']}\t{each['number']}\t{each['fault']}")


@group.command("replay")
@click.argument("deliveries", nargs=-1, required=True)
def replay_deliveries(deliveries: tuple[str, ...]) -> None:
    """Make DELIVERIES again, under the ids they had.

    ``dead`` shows those that were given up.
    """
    for delivery in deliveries:
        if not replay(installation().environment, delivery):
            raise click.ClickException(f"no call {delivery}, or it is waiting already")
        click.echo(f"{delivery} is called again")
