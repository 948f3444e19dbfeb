"""The command ``open311 webhooks``: call other servers when something happens."""

from __future__ import annotations

import click

from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.actions.telling.webhooks import add_webhook, remove_webhook, replay
from open311.catalog.city import Jurisdiction
from open311.domain.event import PUBLIC_EVENTS
from open311.entrypoints.commands.options import by_option, jurisdiction_option, refusals_as_errors
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.telling.webhooks import all_webhooks, dead_deliveries, ended_webhooks

group = TableGroup("webhooks", help="Call other servers when something happens.")
EVENTS = [str(event) for event in PUBLIC_EVENTS]
"""The events that ``--event`` accepts."""


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
    """Call URL from now on; its secret is shown only once."""
    with refusals_as_errors():
        key, secret = add_webhook(current_environment(), jurisdiction.key, url, events, actor)
    click.echo(f"webhook {key}, secret {secret}")


@group.command("list")
def list_webhooks() -> None:
    """List webhooks and their calls: done, waiting, dead."""
    for each in all_webhooks():
        counts = f"{each.done} done, {each.waiting} waiting, {each.dead} dead"
        events = ", ".join(each.events) or "all events"
        click.echo(f"{each.key}\t{each.jurisdiction}\t{each.url}\t{events}\t{counts}")
    for gone in ended_webhooks():
        click.echo(f"{gone.key}\t{gone.url}\tended: it answered 410 at {gone.gone_at:%Y-%m-%d %H:%M} UTC")


@group.command()
@click.argument("webhook", type=int)
@by_option
def remove(webhook: int, actor: Actor) -> None:
    """Stop calling WEBHOOK (the number that list shows)."""
    if not remove_webhook(webhook, actor):
        raise click.ClickException(f"no webhook {webhook}, or removed already")
    click.echo(f"webhook {webhook} is removed")


@group.command()
def dead() -> None:
    """List calls that were given up, newest first."""
    for each in dead_deliveries():
        click.echo(f"{each.delivery}\t{each.url}\t{each.event}\t{each.number}\t{each.fault}")


@group.command("replay")
@click.argument("deliveries", nargs=-1, required=True)
@by_option
def replay_deliveries(deliveries: tuple[str, ...], actor: Actor) -> None:
    """Make the calls DELIVERIES again, under the same ids.

    'open311 webhooks dead' lists the calls that were given up.
    """
    for delivery in deliveries:
        if not replay(current_environment(), delivery, actor):
            raise click.ClickException(f"no call {delivery}, or it is waiting already")
        click.echo(f"{delivery} is called again")
