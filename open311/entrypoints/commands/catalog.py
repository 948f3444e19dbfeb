"""``open311 catalog``: the files of the city."""

from __future__ import annotations

from pathlib import Path

import click

from open311.catalog.faults import CatalogError
from open311.catalog.location import city_directory
from open311.catalog.read import read_city

group = click.Group("catalog", help="Check the city's files.")


@group.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def check(directory: Path | None) -> None:
    """Check config/ and service_definitions/ (below DIRECTORY).

    Every fault is told with file, line and reason.
    """
    try:
        city = read_city(directory or city_directory())
    except CatalogError as error:
        for fault in error.faults:
            click.echo(str(fault))
        raise SystemExit(1) from None
    for jurisdiction in city.jurisdictions.values():
        asking = sum(service.metadata for service in jurisdiction.services.values())
        click.echo(f"{jurisdiction.key}: {len(jurisdiction.services)} services, {asking} with questions; no fault")
