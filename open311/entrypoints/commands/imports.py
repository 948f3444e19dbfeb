"""The command ``open311 import``: bring in a city's past service requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from open311.actions.base.environment import current_environment
from open311.actions.city.import_report import Refused
from open311.actions.city.import_requests import Imported, import_requests
from open311.adapters.table_forms import DELIMITERS
from open311.adapters.tables import UnreadableTable
from open311.catalog.city import Jurisdiction
from open311.catalog.faults import CatalogError
from open311.catalog.mapping import read_mapping
from open311.entrypoints.commands.tables import TableGroup

group = TableGroup("import", help="Bring in a city's past service requests.")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@group.command()
@click.argument("file", type=_FILE)
@click.option(
    "--mapping", "mapping_file", type=_FILE, required=True, help="What each column is: config/imports/*.yaml."
)
@click.option("--jurisdiction", help="Key of a jurisdiction; default: the mapping's.")
@click.option("--rejects", type=click.Path(path_type=Path), help="File for refused rows; default: ./FILE.rejects.csv.")
@click.option("--check", is_flag=True, help="Only tell what would happen, and write the file for refused rows.")
def requests(file: Path, mapping_file: Path, jurisdiction: str | None, rejects: Path | None, check: bool) -> None:
    """Import service requests from the CSV FILE (.gz too).

    It is safe to repeat: a second import brings in only what changed. Try it with --check first.
    """
    environment = current_environment()
    try:
        mapping = read_mapping(mapping_file)
    except CatalogError as error:
        raise click.ClickException(str(error)) from None
    known = environment.city.jurisdictions
    key = jurisdiction or mapping.jurisdiction or next(iter(known))
    if key not in known:
        raise click.BadParameter(f"no jurisdiction {key!r}; there are {', '.join(known)}", param_hint="--jurisdiction")
    rejects = rejects or Path(f"{file.name}.rejects.csv")
    if rejects.resolve() == file.resolve():
        raise click.BadParameter("would overwrite the file itself", param_hint="--rejects")
    try:
        with click.progressbar(length=file.stat().st_size, label=file.name) as bar:
            done = import_requests(
                environment, known[key], mapping, file, rejects, lambda read: bar.update(read - bar.pos), check=check
            )
    except (UnreadableTable, Refused) as fault:
        raise click.ClickException(str(fault)) from None
    for line in _told(done, known[key], rejects, check):
        click.echo(line)


def _told(done: Imported, jurisdiction: Jurisdiction, rejects: Path, check: bool) -> Iterator[str]:
    """Yield what an import did, line by line."""
    added, report = done.added, done.report
    taken = f"{added.new} new, {added.changed} changed, {added.same} as before"
    if check:
        taken = f"{added.new} would be new, {added.same} are here already"
    yield f"{done.rows} rows: {taken}, {done.refused} refused" + (f" (see {rejects})" if done.refused else "")
    if report.earliest and report.latest:
        days = [each.astimezone(ZoneInfo(jurisdiction.timezone)).date() for each in (report.earliest, report.latest)]
        yield f"requested from {days[0]} to {days[1]}"
    if done.delimiter != ",":
        yield f"the columns are divided by {DELIMITERS.get(done.delimiter, done.delimiter)}"
    if done.absent:
        yield f"the file has no column for {', '.join(done.absent)}"
    if done.twice:
        yield f"the file has several columns {', '.join(done.twice)}: the first is read"
    yield from report.lines()
    if added.left_alone:
        yield f"{added.left_alone} filed here, or worked on here since: left as they are"
    if check:
        yield "nothing was written"
