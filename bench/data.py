"""The city that is measured: invented wards and service requests, the same in every run."""

from __future__ import annotations

import csv
import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from flask.sessions import SecureCookieSessionInterface

from open311.actions.accounts.sessions import begin
from open311.actions.accounts.staff import grant_role
from open311.actions.base.actor import Actor
from open311.actions.city.import_batch import Case
from open311.actions.city.sample import invented
from open311.app import create_app
from open311.domain.roles import Grant, Role
from open311.settings import Settings

JURISDICTION = "phila.gov"
COLUMNS, ROWS = 6, 11
WARDS = COLUMNS * ROWS
DAYS = 5 * 365
UNTIL = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
"""When the newest request was made: requests are equally old in every run, so the last 90 days have as many."""

FIELDS = {
    "service_request_id": "service_request_id",
    "service_code": "service_code",
    "service_name": "service_name",
    "status_notes": "status_notes",
    "requested_datetime": "requested_datetime",
    "updated_datetime": "updated_datetime",
    "expected_datetime": "expected_datetime",
    "closed_datetime": "closed_datetime",
    "address": "address",
    "lat": "lat",
    "lon": "long",
}
"""Our fields by the columns of the city's own CSV file (``config/imports/philadelphia.yaml``)."""


def write_wards(path: Path, bounds: tuple[float, float, float, float]) -> None:
    """Write 66 wards: a grid with shifted inner corners and crooked edges."""
    chance = Random(66)
    west, south, east, north = bounds
    width, height = (east - west) / COLUMNS, (north - south) / ROWS

    def corner(i: int, j: int) -> tuple[float, float]:
        inner = 0 < i < COLUMNS, 0 < j < ROWS
        moved = [chance.uniform(-0.3, 0.3) if free else 0 for free in inner]
        return west + (i + moved[0]) * width, south + (j + moved[1]) * height

    corners = {(i, j): corner(i, j) for j in range(ROWS + 1) for i in range(COLUMNS + 1)}

    def edge(a: tuple[int, int], b: tuple[int, int], points: int = 40) -> list[tuple[float, float]]:
        """Return a crooked line from one corner to the next, the same in both directions."""
        (x, y), (to_x, to_y) = corners[a], corners[b]
        crooked = Random(f"{sorted((a, b))}")
        across = [crooked.uniform(-0.1, 0.1) * k * (points - k) / points**2 for k in range(1, points)]
        level = a[1] == b[1]
        return [
            (
                x + (to_x - x) * k / points + (0 if level else shift * width),
                y + (to_y - y) * k / points + (shift * height if level else 0),
            )
            for k, shift in enumerate([0.0, *(across if a < b else across[::-1])])
        ]

    features = []
    for number in range(WARDS):
        j, i = divmod(number, COLUMNS)
        loop = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
        ring = [point for a, b in pairwise(loop) for point in edge(a, b)]
        features.append(
            {
                "type": "Feature",
                "properties": {"ward": str(number + 1), "name": f"Ward {number + 1}"},
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def cases(count: int) -> Iterator[Case]:
    """Yield service requests in random order over five years, unlike in any real city."""
    city = create_app(Settings()).extensions["open311"].city
    return invented(city.jurisdictions[JURISDICTION], count, UNTIL, DAYS)


def write_csv(path: Path, listed: Iterator[Case]) -> None:
    """Write cases as a CSV file like the city's own."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*FIELDS, "status"])
        for case in listed:
            values = (getattr(case, name) for name in FIELDS.values())
            plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
            writer.writerow([*plain, "Closed" if case.closed_datetime else "Open"])


def import_csv(command: Path, path: Path) -> float:
    """Import the file with the command line; return how many seconds it took, including the start of Python."""
    began = time.perf_counter()
    subprocess.run(
        [command, "import", "requests", path, "--mapping", "config/imports/philadelphia.yaml"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


START = (UNTIL - timedelta(days=89)).isoformat().replace("+00:00", "Z")
"""The start of the last 90 days, for requests that must stay the same during a whole run."""


def sign_in(secret_key: str) -> str:
    """Create a supervisor of the whole city, and return the cookie of their session."""
    app = create_app(replace(Settings.from_environment(), secret_key=secret_key))
    environment = app.extensions["open311"]
    with app.app_context():
        email = f"{secrets.token_hex(4)}@bench.example"
        account = grant_role(environment, email, Grant(Role.SUPERVISOR), Actor("staff:bench"), "Bench")
        token = begin(environment, account, "password", "bench", second_factor=True)
        signed = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signed is not None
        return f"open311={signed.dumps({'token': token})}"
