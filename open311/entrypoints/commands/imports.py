"""The command ``open311 import``: bring in a city's past service requests."""

from __future__ import annotations

from pathlib import Path

import click

from open311.actions.base.environment import current_environment
from open311.actions.city.import_requests import import_requests
from open311.actions.city.import_rows import HANDLED_TEXTS, Refused
from open311.adapters.tables import UnreadableTable
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
def requests(file: Path, mapping_file: Path, jurisdiction: str | None, rejects: Path | None) -> None:
    """Import service requests from the CSV FILE (.gz too).

    It is safe to repeat: a second import brings in only what changed.
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
                environment, known[key], mapping, file, rejects, lambda read: bar.update(read - bar.pos)
            )
    except (UnreadableTable, Refused) as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(
        f"{done.rows} rows: {done.added.new} new, {done.added.changed} changed, {done.added.same} as before, "
        f"{done.refused} refused" + (f" (see {rejects})" if done.refused else "")
    )
    if done.absent:
        click.echo(f"the file has no column for {', '.join(done.absent)}")
    for kind, count in done.handled.most_common():
        click.echo(f"{count} {HANDLED_TEXTS[kind]}")
