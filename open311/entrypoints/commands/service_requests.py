"""The command ``open311 requests``: work on service requests from the command line, as staff do on pages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.actions.cases.progress import endorse, moderate, progress
from open311.actions.cases.update import update as write
from open311.catalog.city import Jurisdiction
from open311.domain.change import Change
from open311.domain.exposure import Moderation
from open311.domain.intake import Intake
from open311.domain.lifecycle import STEPS, Outcome, Status
from open311.domain.moment import read_moment
from open311.entrypoints.commands.options import by_option, numbered, ref, refusals_as_errors
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.cases import shown
from open311.queries.cases.shown import HistoryEntry

group = TableGroup("requests", help="Show, close, reopen, update and moderate service requests.")


_OUTCOME = click.Choice([outcome.value for outcome in Outcome])
_TEXT = click.option("--text", default="", help="What residents read.")
_NOTE = click.option("--note", default="", help="For staff only.")


@group.command()
@numbered
@by_option
@click.option("--outcome", type=_OUTCOME, required=True, help="How it ended.")
@click.option("--text", required=True, help="What residents read.")
@_NOTE
def close(number: str, jurisdiction: Jurisdiction, actor: Actor, outcome: str, text: str, note: str) -> None:
    """Close service request NUMBER with an outcome and a text."""
    _step(number, jurisdiction, actor, Change(Status.CLOSED, Outcome(outcome), text=text, note=note))


@group.command()
@numbered
@by_option
@_TEXT
@_NOTE
def reopen(number: str, jurisdiction: Jurisdiction, actor: Actor, text: str, note: str) -> None:
    """Reopen service request NUMBER."""
    _step(number, jurisdiction, actor, Change(Status.RECEIVED, text=text, note=note))


@group.command()
@numbered
@by_option
@click.option("--status", type=click.Choice([status.value for status in Status]), help="The new state.")
@click.option("--outcome", type=_OUTCOME, help="How it ended, with --status closed.")
@click.option("--scheduled", metavar="TIME", help="Date and time, with --status scheduled.")
@_TEXT
@_NOTE
def update(
    number: str,
    jurisdiction: Jurisdiction,
    actor: Actor,
    status: str | None,
    outcome: str | None,
    scheduled: str | None,
    text: str,
    note: str,
) -> None:
    """Change the status of NUMBER, or add a comment or note.

    Give --status for a step, --text alone for a public comment, --note alone for a note to staff.
    """
    if status:
        how, when = Outcome(outcome) if outcome else None, _moment(scheduled, jurisdiction)
        _step(number, jurisdiction, actor, Change(Status(status), how, when, text, note))
        return
    if outcome or scheduled:
        raise click.UsageError("--outcome and --scheduled go with --status")
    if not (text.strip() or note.strip()):
        raise click.UsageError("say --status, --text or --note")
    with refusals_as_errors():
        write(current_environment(), ref(number, jurisdiction), actor, Change(text=text, note=note))
    click.echo(f"{number} has a new {'comment' if text.strip() else 'note'}")


def _moment(text: str | None, jurisdiction: Jurisdiction) -> datetime | None:
    try:
        return read_moment(text, jurisdiction.timezone) if text else None
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--scheduled") from None


def _step(number: str, jurisdiction: Jurisdiction, actor: Actor, change: Change) -> None:
    with refusals_as_errors():
        progress(current_environment(), ref(number, jurisdiction), actor, change)
    click.echo(f"{number} is {change.status}")


@group.command()
@numbered
@by_option
def approve(number: str, jurisdiction: Jurisdiction, actor: Actor) -> None:
    """Make the words and photos of service request NUMBER public.

    Until then, a service whose requests are reviewed shows only their state.
    """
    _moderate(number, jurisdiction, Moderation.APPROVED, actor)


@group.command()
@numbered
@by_option
def hide(number: str, jurisdiction: Jurisdiction, actor: Actor) -> None:
    """Hide service request NUMBER from the public.

    It disappears from everything public; approve shows it again.
    """
    _moderate(number, jurisdiction, Moderation.HIDDEN, actor)


def _moderate(number: str, jurisdiction: Jurisdiction, decision: Moderation, actor: Actor) -> None:
    with refusals_as_errors():
        moderate(current_environment(), ref(number, jurisdiction), actor, decision)
    click.echo(f"{number} is {decision}")


@group.command("me-too")
@numbered
@by_option
def me_too(number: str, jurisdiction: Jurisdiction, actor: Actor) -> None:
    """Count one more person with the same concern as NUMBER."""
    with refusals_as_errors():
        endorse(ref(number, jurisdiction), actor, channel=Intake.PHONE)
    click.echo(f"{number} has one more 'me too'")


@group.command()
@numbered
def show(number: str, jurisdiction: Jurisdiction) -> None:
    """Show all of service request NUMBER and its history.

    This is for staff only. It also shows what it can become, and which comments wait for staff.
    """
    case = shown.case(jurisdiction.key, number)
    if case is None:
        raise click.ClickException(f"no service request {number!r}")
    zone = ZoneInfo(jurisdiction.timezone)
    for name, value in asdict(case).items():
        if value is not None:
            click.echo(f"{name}: {_local(value, zone) if isinstance(value, datetime) else value}")
    click.echo(f"can become: {', '.join(sorted(STEPS[Status(case.status)]))}")
    for row in shown.history(jurisdiction.key, number):
        waiting = "waits for staff" if row.kind == "comment" and not row.public else None
        note = f"(for staff: {row.note})" if row.note else None
        said = (waiting, row.status, row.outcome, _decided(row), row.description, note)
        parts = (_local(row.occurred_at, zone), row.kind, row.actor, *said)
        click.echo("\t".join(part for part in parts if part))


def _decided(row: HistoryEntry) -> str | None:
    """Return what staff decided about what is public; None if words were redacted, which the note says."""
    changes = row.changes or {}
    if row.kind != "moderation":
        return None
    if "private" in changes:
        return "private" if changes["private"][1] else "public"
    return str(changes["moderation"][1]) if "moderation" in changes else None


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(" ", "seconds")
