"""The command ``open311 catalog``: check the city's files."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from open311.actions.base.environment import current_environment
from open311.actions.privacy.registry import SPANS
from open311.catalog.faults import CatalogError
from open311.catalog.read import read_city

group = AppGroup("catalog", help="Check the city's files.")


@group.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def check(directory: Path | None) -> None:
    """Check config/ and service_definitions/ (in DIRECTORY).

    Without DIRECTORY, those in CITY_DIR. Every fault is listed with its file, line and reason.
    """
    try:
        city = read_city(directory or current_environment().city.directory, SPANS)
    except CatalogError as error:
        for fault in error.faults:
            click.echo(str(fault))
        raise SystemExit(1) from None
    for jurisdiction in city.jurisdictions.values():
        asking = sum(service.metadata for service in jurisdiction.services.values())
        click.echo(f"{jurisdiction.key}: {len(jurisdiction.services)} services, {asking} with questions; no fault")
