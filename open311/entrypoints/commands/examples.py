"""The command ``open311 city examples``: what to try at a server, all of it of its own city."""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import urlencode

import click

from open311.actions.base.environment import current_environment
from open311.catalog.city import Jurisdiction
from open311.domain.definition import Service, ServiceType
from open311.domain.exposure import Publishing
from open311.domain.place import Point
from open311.entrypoints.commands.city import group
from open311.queries.places.example import PlaceInside, place_inside

_INDENT = "    "


@group.command()
@click.argument("address")
@click.option("--key-file", type=click.Path(path_type=Path, exists=True), help="A file whose first line is an API key.")
def examples(address: str, key_file: Path | None) -> None:
    """Print what to try at ADDRESS, the server's own.

    All of it is the city's: its path and id, one of its services, and a place inside its boundaries.
    """
    city = current_environment().city
    endpoint = city.endpoints[0]
    jurisdiction, api = city.jurisdictions[endpoint.jurisdictions[0]], f"{address}{endpoint.path}"
    middle = _middle(jurisdiction)
    inside = place_inside(jurisdiction.key, list(jurisdiction.layers), middle or Point(0, 0))
    place = Point(inside.long, inside.lat) if inside else middle
    key = key_file.read_text().partition("\n")[0] if key_file else "KEY"
    for name, where in _addresses(address, api, inside):
        click.echo(f"{_INDENT}{name:22}{where}")
    click.echo(f"\nReport something:\n\n{_INDENT}{_curl(f'{api}/requests.json', _report(jurisdiction, key, place))}")


def _middle(jurisdiction: Jurisdiction) -> Point | None:
    box = jurisdiction.bounds
    return Point(round((box.west + box.east) / 2, 5), round((box.south + box.north) / 2, 5)) if box else None


def _addresses(address: str, api: str, inside: PlaceInside | None) -> list[tuple[str, str]]:
    shown = [
        ("discovery", f"{api}/discovery.json"),
        ("services", f"{api}/services.json"),
        ("newest requests", f"{api}/requests.json"),
        ("API reference", f"{address}/docs"),
        ("staff sign in", f"{address}/signin/staff  (first: .venv/bin/open311 accounts create-admin EMAIL NAME)"),
    ]
    if inside:
        query = urlencode({"status": "open", "boundary": inside.boundary}, safe=":")
        shown.insert(3, ("open in an area", f"{api}/requests.xml?{query}"))
    return shown


def _report(jurisdiction: Jurisdiction, key: str, place: Point | None) -> dict[str, str]:
    return {
        "jurisdiction_id": jurisdiction.jurisdiction_id,
        "api_key": key,
        "service_code": _plain_service_code(jurisdiction),
        "lat": str(place.lat) if place else "LATITUDE",
        "long": str(place.long) if place else "LONGITUDE",
        "description": "Seen on the way to work",
    }


def _curl(url: str, form: dict[str, str]) -> str:
    data = [f"-d {shlex.quote(f'{name}={value}')}" for name, value in form.items()]
    return f" \\\n{_INDENT}     ".join(["curl " + " ".join(data[:3]), " ".join(data[3:]), url])


def _plain_service_code(jurisdiction: Jurisdiction) -> str:
    """A service that asks nothing, numbers reports at once and shows them, or the next best."""

    def lacks(service: Service) -> tuple[bool, ...]:
        realtime, public = service.type is ServiceType.REALTIME, service.publishing is Publishing.AT_ONCE
        return service.retired, service.metadata, not realtime, not public

    return min(jurisdiction.services.values(), key=lacks).service_code if jurisdiction.services else "SERVICE_CODE"
