"""The command ``open311 catalog``: check the city's files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from open311.actions.base.environment import current_environment
from open311.actions.privacy.registry import SPANS
from open311.catalog.city import City
from open311.catalog.faults import CatalogError, Fault
from open311.catalog.mapping import check_mappings
from open311.catalog.read import read_city
from open311.domain.language import with_families
from open311.web.catalogues import translated_languages

group = AppGroup("catalog", help="Check the city's files.")


def remarks(city: City) -> list[str]:
    """What a city's files lack and the server adds, a line each."""
    found = [*city.remarks, *_on_pages(city)]
    return [f"{each.file}:{each.line}: remark: {each.reason}" for each in found]


def _on_pages(city: City) -> Iterator[Fault]:
    for language in dict.fromkeys(each.languages[0] for each in city.jurisdictions.values()):
        if not {*with_families([language])} & translated_languages():
            reason = f"pages have no words in {language!r}, so they are in English; script/translations add {language}"
            yield Fault("config/city.yaml", 1, reason)


@group.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def check(directory: Path | None) -> None:
    """Check config/ and service_definitions/ (in DIRECTORY).

    The mappings of imports are among them. Without DIRECTORY, those in CITY_DIR. Every fault is listed with its file,
    line and reason. A remark says what the files lack and the server adds.
    """
    directory = directory or current_environment().city.directory
    city, faults = None, list[Fault]()
    try:
        city = read_city(directory, SPANS)
    except CatalogError as error:
        faults += error.faults
    faults += check_mappings(directory, city)
    for fault in faults:
        click.echo(str(fault))
    if faults or city is None:
        raise SystemExit(1)
    for remark in remarks(city):
        click.echo(remark)
    for jurisdiction in city.jurisdictions.values():
        asking = sum(service.metadata for service in jurisdiction.services.values())
        click.echo(f"{jurisdiction.key}: {len(jurisdiction.services)} services, {asking} with questions; no fault")
