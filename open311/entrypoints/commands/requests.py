"""``open311 requests``: work service requests until there are pages for staff."""

from __future__ import annotations

import getpass
from datetime import datetime

import click
from flask.cli import AppGroup

from open311.actions.progress import Actor, comment, endorse, moderate, progress
from open311.api.installation import installation
from open311.catalog.city import Jurisdiction
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import read_moment
from open311.domain.privacy import Moderation
from open311.entrypoints.commands.options import jurisdiction_option, refusals_told

group = AppGroup("requests", help="Close, reopen, update and moderate service requests.")


def _actor() -> Actor:
    return Actor(f"staff:{getpass.getuser()}")


def _step(jurisdiction: Jurisdiction, number: str, status: Status, **what: object) -> None:
    with refusals_told():
        progress(installation().environment, jurisdiction.key, number, status, _actor(), **what)  # type: ignore[arg-type]
    click.echo(f"{number} is {status}")


@group.command()
@click.argument("number")
@jurisdiction_option
@click.option(
    "--outcome", type=click.Choice([outcome.value for outcome in Outcome]), required=True, help="How it ended."
)
@click.option("--text", required=True, help="What residents read.")
@click.option("--note", default="", help="For staff only.")
def close(number: str, jurisdiction: Jurisdiction, outcome: str, text: str, note: str) -> None:
    """Close service request NUMBER with an outcome and a public text."""
    _step(jurisdiction, number, Status.CLOSED, outcome=Outcome(outcome), text=text, note=note)


@group.command()
@click.argument("number")
@jurisdiction_option
@click.option("--text", default="", help="What residents read.")
def reopen(number: str, jurisdiction: Jurisdiction, text: str) -> None:
    """Open service request NUMBER again."""
    _step(jurisdiction, number, Status.RECEIVED, text=text)


@group.command()
@click.argument("number")
@jurisdiction_option
@click.option(
    "--status",
    type=click.Choice([status.value for status in Status]),
    help="The new state; without one it is a comment.",
)
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]), help="With --status closed.")
@click.option("--scheduled", help="Date and time, with --status scheduled.")
@click.option("--text", default="", help="What residents read.")
@click.option("--note", default="", help="For staff only.")
def update(
    number: str,
    jurisdiction: Jurisdiction,
    status: str | None,
    outcome: str | None,
    scheduled: str | None,
    text: str,
    note: str,
) -> None:
    """Take a step with service request NUMBER, or add a public comment."""
    if status:
        when: datetime | None = None
        if scheduled:
            try:
                when = read_moment(scheduled, jurisdiction.timezone)
            except ValueError as fault:
                raise click.BadParameter(str(fault), param_hint="--scheduled") from None
        _step(
            jurisdiction,
            number,
            Status(status),
            outcome=Outcome(outcome) if outcome else None,
            text=text,
            note=note,
            scheduled=when,
        )
        return
    if not text:
        raise click.UsageError("say --status, --text or both")
    with refusals_told():
        comment(installation().environment, jurisdiction.key, number, _actor(), text, public=True)
    click.echo(f"{number} has a new comment")


def _moderate(number: str, jurisdiction: Jurisdiction, decision: Moderation) -> None:
    with refusals_told():
        moderate(installation().environment, jurisdiction.key, number, decision, _actor())
    click.echo(f"{number} is {decision}")


@group.command()
@click.argument("number")
@jurisdiction_option
def approve(number: str, jurisdiction: Jurisdiction) -> None:
    """Show what was written in service request NUMBER of a reviewed service."""
    _moderate(number, jurisdiction, Moderation.APPROVED)


@group.command()
@click.argument("number")
@jurisdiction_option
def hide(number: str, jurisdiction: Jurisdiction) -> None:
    """Take service request NUMBER out of everything public."""
    _moderate(number, jurisdiction, Moderation.HIDDEN)


@group.command("me-too")
@click.argument("number")
@jurisdiction_option
def me_too(number: str, jurisdiction: Jurisdiction) -> None:
    """Note that somebody else has the concern of service request NUMBER."""
    with refusals_told():
        endorse(jurisdiction.key, number, "call_centre")
    click.echo(f"{number} has one more 'me too'")
