"""The commands ``open311 requests assign, refer, merge, split ...``: casework from the command line."""

from __future__ import annotations

import click

from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.actions.cases.assign import assign, prioritise
from open311.actions.cases.progress import set_visibility
from open311.actions.cases.redact import redact_description, redact_update
from open311.actions.cases.refer import refer
from open311.actions.cases.relate import merge, unmerge
from open311.actions.cases.split import Part, split
from open311.catalog.city import Jurisdiction
from open311.domain.priority import Priority
from open311.entrypoints.commands.options import by_option, numbered, ref, refusals_as_errors
from open311.entrypoints.commands.service_requests import group


@group.command("assign")
@numbered
@by_option
@click.option("--department", help="Code of a department; default: the one that has it now.")
@click.option("--team", help="Code of one of its teams; default: none.")
@click.option("--reason", default="", help="For staff; required for another department.")
def assign_(
    number: str, jurisdiction: Jurisdiction, actor: Actor, department: str | None, team: str | None, reason: str
) -> None:
    """Assign service request NUMBER to a department and team."""
    with refusals_as_errors():
        assign(current_environment(), ref(number, jurisdiction), actor, department=department, team=team, reason=reason)
    click.echo(f"{number} is assigned")


@group.command("prioritise")
@numbered
@click.argument("priority", type=click.Choice([each.name.lower() for each in Priority]))
@by_option
@click.option("--reason", default="", help="For staff.")
def prioritise_(number: str, priority: str, jurisdiction: Jurisdiction, actor: Actor, reason: str) -> None:
    """Set the PRIORITY of service request NUMBER."""
    with refusals_as_errors():
        chosen = Priority[priority.upper()]
        prioritise(current_environment(), ref(number, jurisdiction), actor, chosen, reason=reason)
    click.echo(f"{number} has priority {priority}")


@group.command("refer")
@numbered
@click.argument("body")
@by_option
@click.option("--text", default="", help="What residents read; default: whom it was passed on to.")
@click.option("--note", "inside", default="", help="For staff only.")
def refer_(number: str, body: str, jurisdiction: Jurisdiction, actor: Actor, text: str, inside: str) -> None:
    """Refer NUMBER to BODY, a department outside the city.

    If BODY has an Open311 server, the service request is filed there and its state mirrored here.
    """
    with refusals_as_errors():
        refer(current_environment(), ref(number, jurisdiction), actor, body, text=text, note=inside)
    click.echo(f"{number} is referred to {body}")


@group.command("merge")
@numbered
@click.argument("canonical")
@by_option
def merge_(number: str, canonical: str, jurisdiction: Jurisdiction, actor: Actor) -> None:
    """Make NUMBER a duplicate of CANONICAL, whose state it follows."""
    with refusals_as_errors():
        merge(current_environment(), ref(number, jurisdiction), actor, canonical)
    click.echo(f"{number} is a duplicate of {canonical}")


@group.command("unmerge")
@numbered
@by_option
def unmerge_(number: str, jurisdiction: Jurisdiction, actor: Actor) -> None:
    """Make duplicate NUMBER a service request of its own again."""
    with refusals_as_errors():
        unmerge(current_environment(), ref(number, jurisdiction), actor)
    click.echo(f"{number} is no duplicate")


@group.command("split")
@numbered
@click.argument("parts", nargs=-1, required=True)
@by_option
def split_(number: str, parts: tuple[str, ...], jurisdiction: Jurisdiction, actor: Actor) -> None:
    """Split service request NUMBER into PARTS.

    Each part is SERVICE_CODE=DESCRIPTION and becomes a service request of its own at the same place.
    """
    if wrong := [part for part in parts if "=" not in part]:
        raise click.BadParameter(f"{wrong[0]!r} is not SERVICE_CODE=DESCRIPTION", param_hint="PARTS")
    with refusals_as_errors():
        wanted = [Part(*part.split("=", 1)) for part in parts]
        numbers = split(current_environment(), ref(number, jurisdiction), actor, wanted)
    click.echo(f"{number} is split into {', '.join(each or '(number to come)' for each in numbers)}")


@group.command("private")
@numbered
@by_option
@click.option("--undo", is_flag=True, help="Show it again, as far as its service allows.")
def private_(number: str, jurisdiction: Jurisdiction, actor: Actor, undo: bool) -> None:
    """Show NUMBER to staff only; --undo makes it public again."""
    with refusals_as_errors():
        set_visibility(current_environment(), ref(number, jurisdiction), actor, not undo)
    click.echo(f"{number} is {'as public as its service' if undo else 'private'}")


@group.command("redact")
@numbered
@by_option
@click.option("--update", "update_id", help="Id of a history entry; default: the reporter's own words.")
@click.option("--reason", required=True, help="Why; the history shows it.")
def redact(number: str, jurisdiction: Jurisdiction, actor: Actor, update_id: str | None, reason: str) -> None:
    """Remove words from NUMBER for good, leaving a tombstone."""
    with refusals_as_errors():
        named = ref(number, jurisdiction)
        if update_id:
            redact_update(current_environment(), named, actor, update_id, reason=reason)
        else:
            redact_description(current_environment(), named, actor, reason=reason)
    click.echo(f"{number} is redacted")
