"""The command ``open311 webhooks``: other people's servers that are called when something happens."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.actions.telling.webhooks import add_webhook, remove_webhook, replay
from open311.catalog.city import Jurisdiction
from open311.domain.event import PUBLIC_EVENTS
from open311.entrypoints.commands.options import by_option, jurisdiction_option, refusals_told
from open311.queries.telling.webhooks import all_webhooks, dead_deliveries

group = AppGroup("webhooks", help="Call other people's servers when something happens.")
EVENTS = [str(event) for event in PUBLIC_EVENTS]


@group.command()
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice(EVENTS),
    help="Repeatable; default: all.",
)
@jurisdiction_option
@by_option
def add(url: str, events: tuple[str, ...], jurisdiction: Jurisdiction, actor: Actor) -> None:
    """Call URL from now on; its secret is shown once."""
    with refusals_told():
        key, secret = add_webhook(current_environment(), jurisdiction.key, url, events, actor)
    click.echo(f"webhook {key}, secret {secret}")


@group.command("list")
def list_webhooks() -> None:
    """List receivers, and how many calls are done, waiting, dead."""
    for each in all_webhooks():
        counts = f"{each.done} done, {each.waiting} waiting, {each.dead} dead"
        events = ", ".join(each.events) or "all events"
        click.echo(f"{each.key}\t{each.jurisdiction}\t{each.url}\t{events}\t{counts}")


@group.command()
@click.argument("webhook", type=int)
@by_option
def remove(webhook: int, actor: Actor) -> None:
    """Call WEBHOOK (the number that list shows) no more."""
    if not remove_webhook(webhook, actor):
        raise click.ClickException(f"no webhook {webhook}, or removed already")
    click.echo(f"webhook {webhook} is removed")


@group.command()
def dead() -> None:
    """List calls that failed for the last time, newest first."""
    for each in dead_deliveries():
        click.echo(f"{each.delivery}\t{each.url}\t{each.event}\t{each.number}\t{each.fault}")


@group.command("replay")
@click.argument("deliveries", nargs=-1, required=True)
@by_option
def replay_deliveries(deliveries: tuple[str, ...], actor: Actor) -> None:
    """Make DELIVERIES again, under the ids they had.

    ``dead`` shows those that failed for the last time.
    """
    for delivery in deliveries:
        if not replay(current_environment(), delivery, actor):
            raise click.ClickException(f"no call {delivery}, or it is waiting already")
        click.echo(f"{delivery} is called again")
