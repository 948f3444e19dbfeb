"""The command ``open311 photos``: review the photos that residents send."""

from __future__ import annotations

from pathlib import Path

import click

from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.actions.cases.photo_review import approve_photo, hide_photo, read_original, redact_photo
from open311.domain.exposure import Moderation
from open311.domain.photo import Box
from open311.entrypoints.commands.options import by_option, refusals_as_errors
from open311.entrypoints.commands.tables import TableGroup
from open311.queries.cases.photos import photos

group = TableGroup("photos", help="Review photos: show, hide, black out parts.")
STATES = [state.value for state in Moderation]
"""The review states that ``--state`` accepts."""


@group.command("list")
@click.option("--state", type=click.Choice(STATES), default=Moderation.PENDING.value, show_default=True)
def list_photos(state: str) -> None:
    """List photos, oldest first: number, service request, size."""
    for each in photos(state):
        redacted = "\tredacted" if each["has_original"] else ""
        click.echo(
            f"{each['key']}\t{each['number']}\t{each['service_name']}\t{each['width']}x{each['height']}{redacted}"
        )


@group.command()
@click.argument("photo", type=int)
@by_option
def approve(photo: int, actor: Actor) -> None:
    """Make PHOTO (the number that list shows) public."""
    with refusals_as_errors():
        approve_photo(current_environment(), photo, actor)
    click.echo(f"photo {photo} is shown")


@group.command()
@click.argument("photo", type=int)
@by_option
def hide(photo: int, actor: Actor) -> None:
    """Hide PHOTO from the public."""
    with refusals_as_errors():
        hide_photo(current_environment(), photo, actor)
    click.echo(f"photo {photo} is hidden")


@group.command()
@click.argument("photo", type=int)
@click.option("--box", "boxes", multiple=True, required=True, metavar="LEFT,TOP,RIGHT,BOTTOM", help="Repeatable.")
@by_option
def redact(photo: int, boxes: tuple[str, ...], actor: Actor) -> None:
    """Black out boxes of PHOTO and make the rest public.

    A box is given in fractions of width and height: 0.1,0.2,0.3,0.45.
    """
    with refusals_as_errors():
        redact_photo(current_environment(), photo, [Box.read(box) for box in boxes], actor)
    click.echo(f"photo {photo} is redacted")


@group.command()
@click.argument("photo", type=int)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A JPEG file.")
@by_option
def original(photo: int, output: Path, actor: Actor) -> None:
    """Write PHOTO to a file as it was before redaction.

    The audit log notes that it was read.
    """
    with refusals_as_errors():
        content = read_original(current_environment(), photo, actor)
    output.write_bytes(content)
    click.echo(f"the original of photo {photo} is in {output}")
