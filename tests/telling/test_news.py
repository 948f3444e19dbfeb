"""News of anything: whoever follows a target hears of it, whatever kind of thing it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.telling.expand import expand
from open311.actions.telling.send import send_messages
from open311.domain.event import Event
from open311.domain.news import News, Target, TargetKind
from open311.domain.place import Point
from open311.queries.telling.news import news_of_update
from tests.mailbox import Mailbox
from tests.telling.work import work

__all__ = ["work"]
HERE = "phila.gov"
NEWS = News(Event.COMMENT, "notice:1", HERE, (Target(TargetKind.SERVICE, "SR-CL01"),))
INSIDE, OUTSIDE = Point(-75.165, 39.955), Point(-75.265, 39.955)
SQUARE = "MULTIPOLYGON(((-75.17 39.95,-75.16 39.95,-75.16 39.96,-75.17 39.96,-75.17 39.95)))"


@pytest.fixture
def followers(city: Connection) -> None:
    """Who follows what: each address says it."""
    rows = [
        ("group:12", "group", {}),
        ("service:SR-CL01", "service", {}),
        ("service:SR-CL01", "ended", {"ended_at": "2026-01-01"}),
        ("service:SR-CL01", "unconfirmed", {"confirmed_at": None}),
        ("service:SR-CL01", "daily", {"rhythm": "daily"}),
        ("service:SR-CL01", "elsewhere", {"jurisdiction": "other.gov"}),
        ("boundary:ward:5", "ward", {}),
        ("boundary:ward:5", "service", {}),
        ("area:1", "area", {"area": f"SRID=4326;{SQUARE}"}),
    ]
    for target, name, more in rows:
        plain = {
            "jurisdiction": HERE,
            "rhythm": "instant",
            "confirmed_at": "2026-01-01",
            "ended_at": None,
            "area": None,
        }
        city.execute(
            text(
                "INSERT INTO subscription (jurisdiction, target, address, rhythm, confirmed_at, ended_at, area) VALUES"
                " (:jurisdiction, :target, :address, :rhythm, :confirmed_at, :ended_at, CAST(:area AS geometry))"
            ),
            {**plain, "target": target, "address": f"{name}@example.org", **more},
        )


def told(city: Connection) -> dict[str, str]:
    """Who has a message, and in which state it is."""
    rows = city.execute(text("SELECT split_part(address, '@', 1), state FROM message ORDER BY key"))
    return {row[0]: row[1] for row in rows}


@pytest.mark.usefixtures("followers")
@pytest.mark.parametrize(
    ("targets", "point", "names"),
    [
        (["service:SR-CL01"], None, {"service", "daily"}),
        (["boundary:ward:5"], None, {"ward", "service"}),
        (["service:SR-CL01", "boundary:ward:5"], None, {"service", "daily", "ward"}),
        (["boundary:ward:6"], None, set()),
        (["boundary:ward:6"], OUTSIDE, set()),
        (["boundary:ward:6"], INSIDE, {"area"}),
        ([], INSIDE, {"area"}),
        ([], None, set()),
    ],
)
def test_whoever_follows_a_target_or_the_place_is_told_once(
    city: Connection, environment: Environment, targets: list[str], point: Point | None, names: set[str]
) -> None:
    news = replace(NEWS, targets=tuple(map(Target.read, targets)), point=point)
    assert expand(environment, news) == len(names)
    assert expand(environment, news) == 0
    assert set(told(city)) == names
    assert told(city).get("daily", "collected") == "collected"


@pytest.mark.usefixtures("followers")
def test_a_kind_of_target_that_is_new_needs_no_column_and_no_branch(city: Connection, environment: Environment) -> None:
    class Other(str):
        """A kind of thing that nobody could follow until now."""

    assert expand(environment, replace(NEWS, targets=(Target(Other("group"), "12"),))) == 1  # type: ignore[arg-type]
    assert told(city) == {"group": "waiting"}


@pytest.mark.usefixtures("followers")
def test_what_is_not_public_is_told_to_no_follower(city: Connection, environment: Environment) -> None:
    assert expand(environment, replace(NEWS, public=False, point=INSIDE)) == 0


@pytest.mark.usefixtures("followers")
def test_news_that_is_about_no_service_request_leaves_too(
    city: Connection, environment: Environment, mailbox: Mailbox
) -> None:
    expand(environment, replace(NEWS, targets=(Target(TargetKind.BOUNDARY, "ward:5"),)))
    assert send_messages(environment) == 2
    assert sorted(mail["To"] for mail in mailbox.messages) == ["service@example.org", "ward@example.org"]


def test_an_update_concerns_its_service_and_boundaries_where_it_is_wide(city: Connection, report: Any) -> None:
    report(email="a@example.org")
    key = city.scalar(text("SELECT key FROM service_request"))
    news = news_of_update(key, None)
    assert news is not None
    assert (news.event, news.public, news.service_request) == (Event.RECEIVED, True, key)
    kinds = [target.kind for target in news.targets]
    assert kinds[:3] == [TargetKind.SERVICE_REQUEST, TargetKind.SERVICE, TargetKind.BOUNDARY]
    assert news.targets[1].id == "SR-CL01"
    assert news.point is not None
    assert news_of_update(key, "00000000-0000-0000-0000-000000000000") is None
