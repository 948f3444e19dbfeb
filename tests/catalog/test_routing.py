"""``config/routing.yaml``: read as it is written, refused with line and reason, checked and tried by commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import Connection

from open311.actions.places.load_boundaries import load_boundaries
from open311.app import create_app
from open311.catalog.city import Jurisdiction
from open311.catalog.faults import CatalogError
from open311.catalog.read import read_city
from open311.models.base import database
from open311.queries.reading import READ
from open311.settings import Settings
from tests.conftest import _Reader
from tests.places.layers import WEST, layer_file, square

HOME = Path(__file__).resolve().parents[2]
RULES = """\
rules:
  - name: Parks
    when: {service: [SR-ST02], answers: {dump_location: [park]}}
    then: {department: parks-recreation, team: trees}
  - name: Sanitation
    when: {service: [SR-ST02]}
    then: {team: sanitation}
examples:
  - name: In a park
    given: {service: SR-ST02, answers: {dump_location: [park]}}
    expect: {rule: Parks, team: trees}
"""


@pytest.fixture
def city_with(tmp_path: Path) -> Callable[[str], Path]:
    """The city's files with other rules."""

    def run(rules: str) -> Path:
        for name in ("config", "service_definitions"):
            copytree(HOME / name, tmp_path / name)
        (tmp_path / "config" / "routing.yaml").write_text(rules)
        return tmp_path

    return run


@pytest.fixture
def routing(city: Connection, city_with: Callable[[str], Path]) -> Callable[..., Result]:
    """``open311 routing`` in a city with other rules, inside the test's transaction."""

    def run(rules: str, *words: str) -> Result:
        url = city.engine.url.render_as_string(hide_password=False)
        app = create_app(Settings(database_url=url, city_dir=city_with(rules)))
        with app.app_context():
            database.engines[None] = city  # type: ignore[assignment]
            database.engines[READ] = _Reader(city)  # type: ignore[assignment]
            return app.test_cli_runner().invoke(args=["routing", *words])

    return run


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[SR-ST02], answers", "[SR-NONE], answers", "config/routing.yaml:3: service: there is no service 'SR-NONE'"),
        ("dump_location: [park]}}\n    then", "where: [park]}}\n    then", ":3: where: no such question is asked"),
        ("[park]}}\n    then", "[moon]}}\n    then", ":3: dump_location: 'moon' is not one of"),
        ("parks-recreation", "parks", ":4: department: there is no department 'parks'"),
        ("team: trees}\n  - name", "team: sanitation}\n  - name", ":4: team: there is no team 'sanitation' in parks"),
        ("name: Sanitation", "name: Parks", ":5: name: a rule 'Parks' stands here already"),
        ("rule: Parks", "rule: Park", ":11: rule: there is no rule 'Park'"),
        ("{service: [SR-ST02]}", "{boundary: ['moon:1']}", ":6: boundary: there is no layer 'moon'"),
        ("then: {team: sanitation}", "then: {priority: soon}", ":7: priority: 'soon' is not one of"),
        ("when: {service: [SR-ST02]}", "when: {hours: {from: '25:00'}}", ":6: from: '25:00' is not like '17:00'"),
    ],
)
def test_a_wrong_rule_is_refused_with_line_and_reason(
    city_with: Callable[[str], Path], old: str, new: str, fault: str
) -> None:
    assert old in RULES
    with pytest.raises(CatalogError) as refused:
        read_city(city_with(RULES.replace(old, new)))
    assert fault in str(refused.value)


def test_a_city_needs_no_rules(city_with: Callable[[str], Path]) -> None:
    directory = city_with(RULES)
    (directory / "config" / "routing.yaml").unlink()
    assert read_city(directory).jurisdictions["phila.gov"].routing.rules == ()


def test_the_citys_own_rules_are_good(app: Any, city: Connection) -> None:
    done = app.test_cli_runner().invoke(args=["routing", "check"])
    assert done.exit_code == 0, done.output
    assert "phila.gov: 7 rules, 7 examples, all good" in done.output


EMPTY = "  - name: All\n    when: {}\n    then: {priority: high}\n"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (RULES.replace("rules:\n", "rules:\n" + EMPTY), "rule 'Parks' is never reached: 'All' stands before it"),
        (RULES.replace("rule: Parks, team", "rule: Sanitation, team"), "example 'In a park': rule Parks, department"),
        (RULES.replace("{service: [SR-ST02]}", "{boundary: ['ward:999']}"), "no boundary ward:999 is loaded"),
    ],
)
def test_rules_that_nothing_reaches_and_examples_that_fail_are_told(
    routing: Callable[..., Result], rules: str, told: str
) -> None:
    done = routing(rules, "check")
    assert done.exit_code == 1
    assert told in done.output


def test_rules_are_tried_on_past_requests_and_change_nothing(
    routing: Callable[..., Result], city: Connection, report: Any
) -> None:
    dumping = {"service_code": "SR-ST02", "attribute[property_type]": None, "attribute[materials]": "tires"}
    number = report(**dumping, **{"attribute[dump_location]": "park"})
    report(**dumping)
    report()
    done = routing(RULES, "try", "--since", "1h", "--changes")
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.output.splitlines()]
    assert ["1", "Parks"] in lines
    assert ["1", "Sanitation"] in lines
    assert ["1", "(no", "rule)"] in lines
    assert f"{number}\tparks-recreation/grounds normal\t->\tparks-recreation/trees normal\tParks" in done.output
    assert done.output.endswith("1 of 3 would go elsewhere than where they are now\n")


def test_past_requests_lie_in_the_boundaries_that_are_in_force(
    routing: Callable[..., Result], phila: Jurisdiction, report: Any, tmp_path: Path
) -> None:
    for ward, year in ((7, 1990), (8, 2000), (9, 2099)):
        file = layer_file(tmp_path, (ward, square(*WEST)))
        load_boundaries([phila], phila.layers["ward"], file, vintage=str(year), valid_from=date(year, 1, 1))
    report()
    rules = [
        f"  - {{name: Ward {ward}, when: {{boundary: ['ward:{ward}']}}, then: {{priority: high}}}}"
        for ward in (7, 9, 8)
    ]
    done = routing("\n".join(["rules:", *rules, ""]), "try")
    assert [line.split() for line in done.output.splitlines()[:3]] == [
        ["0", "Ward", "7"],
        ["0", "Ward", "9"],
        ["1", "Ward", "8"],
    ]


def test_a_span_that_is_none_is_refused(routing: Callable[..., Result]) -> None:
    done = routing(RULES, "try", "--since", "yesterday")
    assert done.exit_code == 2
    assert "a number and h, d or w" in done.output
