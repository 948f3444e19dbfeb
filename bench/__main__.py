"""Measure the server against the floor: ``script/bench --help``."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

import psycopg
from psycopg import sql

from bench import data
from bench.load import THREADS_PER_WORKER, WORKER_PROCESSES, Loaded, load, running
from open311.api.arguments import write_cursor
from open311.queries.publications.service_requests import Cursor

BIN = Path(sys.executable).parent
SERVER_PORT, FLOOR_PORT = 8391, 8392
SERVER, FLOOR = f"http://127.0.0.1:{SERVER_PORT}", f"http://127.0.0.1:{FLOOR_PORT}"
API = "/open311/v2"
STEPS = (10_000, 100_000, 1_000_000)
"""The numbers of rows after which the page of a ward is timed."""
IMPORT_GOAL_PER_SECOND = 10_000
"""How many rows per second an import should write."""
ALL_TIME = "updated_after=2000-01-01"
"""The query parameter that lifts the default window of 90 days."""
BOX = "bbox={west},{south},{east},{north}"
CORNERS = "west={west}&south={south}&east={east}&north={north}"
CIRCLE = "lat={lat}&long={long}&radius=1000"
AROUND = "lat={lat}&long={long}"
REPORT = (
    "service_code=SR-CL01&attribute[property_type]=public&lat={lat}&long={long}"
    "&description=A+tag+on+the+wall+of+the+school,+about+two+metres+high"
)


@dataclass(frozen=True)
class Figure:
    """A measurement: the URLs that are requested of the server and of the floor, and the ratio of speeds to reach."""

    name: str
    server: str
    floor: str
    goal: float
    body: str = ""


def figures(etag_query: str) -> list[Figure]:
    """Return everything that is measured against the floor; ``bench/README.md`` explains the goals."""
    page = f"{API}/requests"
    return [
        *(listed(kind, size, fmt) for size in (1000, 50) for kind in ("page", "ward") for fmt in ("json", "xml")),
        Figure("box-all-time", f"{page}.json?{BOX}&{ALL_TIME}", f"/box?{CORNERS}", 2),
        Figure("box-90-days", f"{page}.json?{BOX}", f"/recent_box?{CORNERS}", 3),
        Figure("radius-all-time", f"{page}.json?{CIRCLE}&{ALL_TIME}", f"/circle?{AROUND}", 2),
        Figure("radius-90-days", f"{page}.json?{CIRCLE}", f"/recent_circle?{AROUND}", 3),
        Figure("one-json", f"{page}/{{number}}.json", "/one?format=json&number={number}", 0.6),
        Figure("one-xml", f"{page}/{{number}}.xml", "/one?format=xml&number={number}", 0.6),
        Figure("services", f"{API}/services.json", "/services", 0.6),
        Figure("page-again", f"{page}.json?{etag_query}", "/constant", 0.75),
        Figure("not-modified", f"{page}.json?{etag_query}", "/constant", 0.8),
        Figure("post", f"{page}.json", "/insert", 0.5, REPORT),
        Figure("queue", "/staff", "/queue", 1),
    ]


def listed(kind: str, size: int, fmt: str) -> Figure:
    """Return the figure of a page of all requests, or a ward's; its end date varies, so that no cached answer fits."""
    ward = "&ward={ward}" if kind == "ward" else ""
    return Figure(
        f"{kind}-{size}-{fmt}",
        f"{API}/requests.{fmt}?start_date={data.START}&end_date={{moment}}&page_size={size}{ward}",
        f"/{kind}?format={fmt}&start={data.START}&end={{moment}}&limit={size}{ward}",
        0.75 if size == 1000 else 0.6,
    )


class Bench:
    """One run of the benchmarks."""

    def __init__(self, asked: argparse.Namespace, url: str, directory: Path) -> None:
        self.asked, self.url, self.directory = asked, url, directory
        self.missed: list[str] = []

    def ratio(self, name: str, value: float, goal: float, note: str) -> None:
        """Print a ratio beside its goal, and remember it if it misses the goal."""
        print(f"ratio {name} {value:.2f} goal {goal:g}", flush=True)
        print(f"      {note}", flush=True)
        if value < goal:
            self.missed.append(name)

    def wants(self, name: str) -> bool:
        """Return whether a figure was asked for on the command line."""
        return not self.asked.only or any(word in name for word in self.asked.only)

    def command(self, *words: str | Path) -> str:
        """Run an ``open311`` command and return what it printed."""
        return subprocess.run([BIN / "open311", *words], check=True, capture_output=True, text=True).stdout.strip()

    # Loading.

    def make_database(self) -> bool:
        """Create the database again; return True if there is one of this size already that may be reused."""
        name = psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]
        with psycopg.connect(self.url, dbname="postgres", autocommit=True) as admin:
            there = admin.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if there is not None and self.asked.reuse:
                with psycopg.connect(self.url) as own:
                    (rows,) = own.execute("SELECT count(*) FROM publication").fetchone() or (0,)
                if rows >= self.asked.rows:
                    return True
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(name))))
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(str(name))))
        return False

    def fill(self) -> None:
        """Import the rows in steps, and time the page of a ward after each step."""
        self.command("database", "migrate")
        self.command("city", "load")
        wards = self.directory / "wards.geojson"
        data.write_wards(wards, (-75.2803, 39.867, -74.9557, 40.138))
        self.command("boundaries", "load", "ward", str(wards))
        cases = data.cases(self.asked.rows)
        there, seconds, times = 0, 0.0, {}
        for step in [*(step for step in STEPS if step < self.asked.rows), self.asked.rows]:
            print(f"      {step:,} rows: writing and importing a CSV", flush=True)
            path = self.directory / "requests.csv"
            data.write_csv(path, islice(cases, step - there))
            took = data.import_csv(BIN / "open311", path)
            if step == self.asked.rows:
                rate = (step - there) / took
                self.ratio("import", rate / IMPORT_GOAL_PER_SECOND, 1, f"{rate:,.0f} rows/s, Python's start included")
            there, seconds = step, seconds + took
            times[step] = self.ward_page()
            print(f"      {step:,} rows: a page by ward takes {times[step].milliseconds:.2f} ms under load", flush=True)
        if len(times) > 1:
            first, last = min(times), max(times)
            growth = times[last].per_second / times[first].per_second
            self.ratio("ward-growth", growth, 0.67, f"speed of a page by ward at {last:,} rows against {first:,}")

    def ward_page(self) -> Loaded:
        """Time a page of a ward's newest requests of all times, with only the server running."""
        with self.serving():
            return self.load(SERVER, f"{API}/requests.json?ward={{ward}}&page_size=50&{ALL_TIME}&end_date={{moment}}")

    # Measuring.

    def serving(self) -> ExitStack:
        """Start the server, which runs until the returned stack is closed."""
        stack = ExitStack()
        command = [
            BIN / "open311",
            "serve",
            "--port",
            SERVER_PORT,
            "--workers",
            WORKER_PROCESSES,
            "--threads",
            THREADS_PER_WORKER,
        ]
        stack.enter_context(running([str(word) for word in command], f"{SERVER}{API}/services.json"))
        return stack

    def floor(self) -> ExitStack:
        """Start the floor under the same WSGI server; it runs until the returned stack is closed."""
        services = self.directory / "services.json"
        services.write_bytes(get(f"{SERVER}{API}/services.json"))
        stack = ExitStack()
        command = [BIN / "granian", "--interface", "wsgi", "--port", FLOOR_PORT, "--workers", WORKER_PROCESSES]
        command += ["--blocking-threads", THREADS_PER_WORKER, "--backlog", 1024, "--no-access-log", "bench.floor:app"]
        stack.enter_context(running([str(word) for word in command], f"{FLOOR}/services", BENCH_SERVICES=str(services)))
        return stack

    def load(self, base: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Loaded:
        """Put load on the server or the floor, and return what it achieved."""
        return load(base, path, self.asked.rows, data.WARDS, self.asked.seconds, body, headers)

    def measure(self) -> None:
        """Measure each figure: load the floor and the server in turn for some rounds; take the median of the ratios."""
        key = self.command("keys", "issue", "bench")
        query = f"start_date={data.START}"
        cookie = data.sign_in(os.environ["SECRET_KEY"])
        with self.serving(), self.floor():
            etag = header(f"{SERVER}{API}/requests.json?{query}", "ETag")
            said = {"not-modified": {"If-None-Match": etag}, "queue": {"Cookie": cookie}}
            speeds: dict[str, float] = {}
            for figure in figures(query):
                if not self.wants(figure.name):
                    continue
                body = f"api_key={key}&{figure.body}" if figure.body else ""
                headers = said.get(figure.name)
                ratios = []
                for _ in range(self.asked.rounds):
                    low = self.load(FLOOR, figure.floor, body)
                    high = self.load(SERVER, figure.server, body, headers)
                    ratios.append(high.per_second / low.per_second)
                speeds[figure.name] = high.per_second
                note = f"{speed_text(high)}; floor {speed_text(low)}"
                self.ratio(figure.name, median(ratios), figure.goal, note)
            self.compare(speeds)

    def compare(self, speeds: dict[str, float]) -> None:
        """Compare the server with itself: XML with JSON, and a deep page with the first."""
        for name in ("page-1000", "ward-1000"):
            if self.wants(name) and f"{name}-xml" in speeds:
                ratio = speeds[f"{name}-xml"] / speeds[f"{name}-json"]
                self.ratio(f"{name}-xml-to-json", ratio, 0.8, "XML against JSON")
        if self.wants("deep-page"):
            first = f"{API}/requests.json?page_size=50&{ALL_TIME}"
            deep = f"{first}&cursor={self.deep_cursor(999 * 50)}"
            ratios = [
                self.load(SERVER, deep).per_second / self.load(SERVER, first).per_second
                for _ in range(self.asked.rounds)
            ]
            self.ratio("deep-page", median(ratios), 0.67, "the 1,000th page of 50, by cursor, against the first")

    def deep_cursor(self, skipped: int) -> str:
        """Return the cursor of a client that has paged past this many service requests."""
        with psycopg.connect(self.url, options="-c timezone=UTC") as connection:
            row = connection.execute(
                "SELECT requested_datetime, service_request_id FROM publication WHERE jurisdiction = %s"
                " ORDER BY requested_datetime DESC, service_request DESC OFFSET %s LIMIT 1",
                (data.JURISDICTION, min(skipped, self.asked.rows - 100)),
            ).fetchone()
        assert row is not None
        return write_cursor(Cursor(*row))


def speed_text(done: Loaded) -> str:
    """Return a speed as text for people."""
    return f"{done.per_second:,.0f}/s, {done.milliseconds:.2f} ms, {done.bytes_each / 1024:,.1f} KiB"


def get(url: str) -> bytes:
    """Fetch a document."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())


def header(url: str, name: str) -> str:
    """Return a header of the answer to a GET."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.headers[name])


def arguments() -> argparse.Namespace:
    """Read the options of the command line."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="service requests to load (default: 1,000,000)")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    parser.add_argument("--reuse", action="store_true", help="reuse the rows of the last run, if there are as many")
    parser.add_argument("--seconds", type=float, default=2, help="how long each load lasts (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="loads of each, floor and server in turn (default: 3)")
    parser.add_argument("only", nargs="*", help="measure only figures with one of these words in their names")
    return parser.parse_args()


def main() -> None:
    """Load the database, measure, and print the ratios."""
    asked, began = arguments(), time.monotonic()
    os.environ["SECRET_KEY"] = secrets.token_hex()
    url = os.environ["DATABASE_URL"].replace("postgresql+psycopg:", "postgresql:")
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(asked, url, Path(directory))
        if not bench.make_database():
            bench.fill()
        bench.measure()
    print(f"      {time.monotonic() - began:.0f} s in all", flush=True)
    if bench.missed:
        print("missed: " + ", ".join(bench.missed), flush=True)
        sys.exit(1 if asked.check else 0)


if __name__ == "__main__":
    main()
