"""The command ``open311 privacy``: forget data past its retention; export or erase one person's data."""

from __future__ import annotations

import zipfile
from pathlib import Path

import click
import orjson

from open311.actions.base.actor import Actor
from open311.actions.base.environment import current_environment
from open311.actions.privacy.erase import Erased, erase_person, look_at_person
from open311.actions.privacy.export import Export, export_person
from open311.actions.privacy.retention import preview_retention, run_retention
from open311.domain.person import Who
from open311.entrypoints.commands.options import by_option, refusals_as_errors
from open311.entrypoints.commands.tables import TableGroup

group = TableGroup("privacy", help="Forget old data; export or erase one person's data.")


@group.command("run")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@by_option
def run(dry_run: bool, actor: Actor) -> None:
    """Forget data older than config/privacy.yaml says.

    The worker does this every night.
    """
    environment = current_environment()
    swept = preview_retention(environment) if dry_run else run_retention(environment, actor)
    for each in swept:
        oldest = f", the oldest since {each.oldest:%Y-%m-%d}" if each.oldest else ""
        would = "would go" if dry_run else "forgotten"
        click.echo(f"{each.span} ({each.days} days): {each.count} {would}{oldest}")


@group.command("export")
@click.argument("who")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="A .zip file with photos, or a .json file without.",
)
@by_option
def export(who: str, output: Path, actor: Actor) -> None:
    """Write all data about WHO to a file.

    WHO is an e-mail address, a phone number like +12155550142, or account:7. First make sure that it is they who ask.
    """
    if output.suffix not in (".zip", ".json"):
        raise click.BadParameter("must end in .zip or .json", param_hint="--output")
    with refusals_as_errors():
        made = export_person(current_environment(), _read(who), actor)
    _write(made, output)
    for each in made.document["contents"]:
        click.echo(f"{each['section']}: {each['entries']}")


def _read(who: str) -> Who:
    """Read who is meant; a phone number without a country code is one of the city's country."""
    return Who.read(who, current_environment().city.first.country)


def _write(made: Export, output: Path) -> None:
    document = orjson.dumps(made.document, option=orjson.OPT_INDENT_2)
    output.touch(mode=0o600)
    if output.suffix == ".json":
        output.write_bytes(document)
        return
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", document)
        for name, content in made.files.items():
            archive.writestr(f"photos/{name}", content)


@group.command("erase")
@click.argument("who")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@by_option
def erase(who: str, dry_run: bool, yes: bool, actor: Actor) -> None:
    """Erase all data about WHO.

    WHO is an e-mail address, a phone number like +12155550142, or account:7. What they reported stays, with its place
    and time but without their words. This cannot be undone.
    """
    environment = current_environment()
    with refusals_as_errors():
        person = _read(who)
        if dry_run or not yes:
            _say(look_at_person(environment, person, actor), "would go")
        if dry_run:
            return
        if not yes:
            click.confirm("Erase all this?", abort=True)
        _say(erase_person(environment, person, actor), "erased")


def _say(found: Erased, what: str) -> None:
    if found.nothing:
        click.echo("there is no data about them")
        return
    for name, count in found.counts.items():
        click.echo(f"{name.replace('_', ' ')}: {count} {what}")
