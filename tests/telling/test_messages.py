"""Who is told of what: reporters, and those who follow a request, a service or a place; nobody twice or unasked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from open311.actions.accounts.keys import issue_key
from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import comment, progress, set_visibility
from open311.actions.cases.redact import TOMBSTONE, redact_update
from open311.actions.cases.relate import merge
from open311.actions.cases.split import Part, split
from open311.actions.telling import follow
from open311.actions.telling.digest import collect_digests
from open311.actions.telling.expand import expand_update
from open311.actions.telling.send import BACKOFF, send_messages
from open311.adapters.mail import FileMail, SMTPMail
from open311.adapters.sms import FileSms
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.errors import InvalidArgument, UnknownBoundary, UnknownService, UnknownServiceRequest
from open311.domain.lifecycle import Outcome, Status
from open311.domain.place import Point
from open311.models.base import database
from tests.conftest import SANDBOX
from tests.mailbox import Mailbox, link, words
from tests.telling.work import work

__all__ = ["work"]
STAFF = Actor("staff")
HERE = "phila.gov"
WALL = Point(-75.1652, 39.9526)
"""Where reports of tests lie."""
SQUARE = "[[[-75.17,39.95],[-75.16,39.95],[-75.16,39.96],[-75.17,39.96],[-75.17,39.95]]]"
ELSEWHERE = "[[[-75.27,39.95],[-75.26,39.95],[-75.26,39.96],[-75.27,39.96],[-75.27,39.95]]]"


@pytest.fixture
def confirmed(city: Connection) -> Callable[[], None]:
    """Let everybody have said yes."""

    def run() -> None:
        database.session.remove()
        city.execute(text("UPDATE subscription SET confirmed_at = now() WHERE confirmed_at IS NULL"))
        city.execute(text("UPDATE message SET state = 'dropped' WHERE event = 'confirm' AND state = 'waiting'"))

    return run


@pytest.fixture
def ward(city: Connection) -> str:
    """The ward in which reports of tests lie."""
    return str(
        city.scalar(
            text(
                "SELECT 'ward:' || b.code FROM boundary b JOIN boundary_layer l ON l.key = b.layer"
                " WHERE l.jurisdiction = 'phila.gov' AND l.layer = 'ward'"
                " AND ST_Covers(b.geometry, ST_SetSRID(ST_MakePoint(-75.1652, 39.9526), 4326))"
            )
        )
    )


FOLLOWING: dict[str, Callable[[Environment, str], None]] = {
    "service": lambda e, a: follow.follow_service(e, HERE, "SR-CL01", a),
    "radius": lambda e, a: follow.follow_radius(e, HERE, WALL, 200, a),
    "area": lambda e, a: follow.follow_area(e, HERE, f'{{"type":"Polygon","coordinates":{SQUARE}}}', a),
}
NOT_FOLLOWING: dict[str, Callable[[Environment, str], None]] = {
    "service": lambda e, a: follow.follow_service(e, HERE, "SR-ST02", a),
    "radius": lambda e, a: follow.follow_radius(e, HERE, Point(-75.1652, 39.9606), 800, a),
    "area": lambda e, a: follow.follow_area(e, HERE, f'{{"type":"Polygon","coordinates":{ELSEWHERE}}}', a),
}


@pytest.mark.parametrize("what", FOLLOWING)
def test_followers_of_a_service_or_a_place_hear_of_what_is_new_there(
    what: str, environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    FOLLOWING[what](environment, "near@example.org")
    NOT_FOLLOWING[what](environment, "far@example.org")
    confirmed()
    number = report()
    assert work() == 1
    (mail,) = mailbox.messages
    assert mail["To"] == "near@example.org"
    assert number in mail["Subject"]


def test_followers_of_a_boundary_hear_of_what_is_new_in_it(
    environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any, ward: str
) -> None:
    other = "ward:1" if ward != "ward:1" else "ward:2"
    follow.follow_boundary(environment, HERE, ward, "near@example.org")
    follow.follow_boundary(environment, HERE, other, "far@example.org")
    confirmed()
    report()
    assert work() == 1
    assert [mail["To"] for mail in mailbox.messages] == ["near@example.org"]


def test_nobody_is_told_twice_and_wide_followers_hear_only_of_beginnings_and_ends(
    environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    for following in FOLLOWING.values():
        following(environment, "Same@example.org")
    number = report(email="same@example.org")
    confirmed()
    assert work() == 1
    progress(environment, CaseRef(HERE, number), STAFF, Change(Status.IN_PROGRESS))
    assert work() == 1  # as the reporter
    follow.follow_service(environment, HERE, "SR-CL01", "wide@example.org")
    confirmed()
    progress(
        environment,
        CaseRef(HERE, number),
        STAFF,
        Change(Status.SCHEDULED, scheduled=datetime.now(UTC) + timedelta(days=2)),
    )
    assert work() == 1
    progress(
        environment,
        CaseRef(HERE, number),
        STAFF,
        Change(Status.CLOSED, outcome=Outcome.NOT_FOUND, text="Nothing there."),
    )
    assert work() == 2
    (closing,) = mailbox.to("wide@example.org")
    assert "could not find it" in " ".join(words(closing).split())
    assert "/fixed/" not in words(closing)  # only reporters are asked


def test_expanding_an_event_again_adds_nothing(
    city: Connection, environment: Environment, mailbox: Mailbox, report: Any
) -> None:
    report(email="once@example.org")
    key = city.scalar(text("SELECT key FROM service_request"))
    assert [expand_update(environment, key, None), expand_update(environment, key, None)] == [1, 0]
    assert [send_messages(environment), send_messages(environment)] == [1, 0]
    assert len(mailbox.messages) == 1


def test_what_is_not_public_is_told_to_its_reporter_alone(
    environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    number = report(email="reporter@example.org")
    follow.follow_request(environment, HERE, number, "follower@example.org")
    follow.follow_service(environment, HERE, "SR-CL01", "wide@example.org")
    confirmed()
    work()
    mailbox.messages.clear()
    set_visibility(environment, CaseRef(HERE, number), STAFF, True)
    progress(
        environment, CaseRef(HERE, number), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Between us.")
    )
    assert work() == 1
    assert [mail["To"] for mail in mailbox.messages] == ["reporter@example.org"]


def test_a_message_that_waits_is_dropped_when_it_is_no_longer_wanted_or_public(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    number = report(email="reporter@example.org")
    follow.follow_request(environment, HERE, number, "follower@example.org")
    confirmed()
    work()
    mailbox.messages.clear()
    update = comment(environment, CaseRef(HERE, number), STAFF, Change(text="News."))
    key = city.scalar(text("SELECT key FROM service_request"))
    assert expand_update(environment, key, update) == 2
    set_visibility(environment, CaseRef(HERE, number), STAFF, True)
    city.execute(text("UPDATE subscription SET ended_at = now() WHERE reporter"))
    assert send_messages(environment) == 0
    assert city.scalars(text("SELECT state FROM message WHERE event = 'comment'")).all() == ["dropped", "dropped"]


def test_words_that_were_redacted_before_the_message_left_are_not_in_it(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    number = report(email="reporter@example.org")
    confirmed()
    work()
    update = comment(environment, CaseRef(HERE, number), STAFF, Change(text="Mrs Quackenbush did it."))
    redact_update(environment, CaseRef(HERE, number), STAFF, update, reason="a name")
    work()
    assert TOMBSTONE in words(mailbox.messages[-1])
    assert "Quackenbush" not in mailbox.messages[-1].as_string()


def test_an_address_that_never_said_yes_gets_one_message_only(
    environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    number = report(email="reporter@example.org")
    for _ in range(3):
        follow.follow_request(environment, HERE, number, "other@example.org")
    follow.follow_request(environment, HERE, number, "REPORTER@example.org")  # is asked in the receipt already
    progress(environment, CaseRef(HERE, number), STAFF, Change(Status.IN_PROGRESS, text="On it."))
    work()
    assert sorted(mail["To"] for mail in mailbox.messages) == ["other@example.org", "reporter@example.org"]
    assert all(link(mail, "follow/confirm") for mail in mailbox.messages)


def test_a_sandbox_writes_to_nobody(city: Connection, environment: Environment, work: Any, report: Any) -> None:
    key = issue_key(environment.city.jurisdictions["sandbox.phila.gov"], "tests")
    report(base=SANDBOX, api_key=key, email="somebody@example.org")
    assert work() == 0
    assert city.scalar(text("SELECT count(*) FROM subscription")) == 0


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org", "@x.org"])
def test_what_is_no_address_gets_no_receipt_and_does_not_stop_the_report(
    city: Connection, address: str, work: Any, report: Any
) -> None:
    report(email=address)
    assert work() == 0


@pytest.mark.parametrize(
    ("languages", "language", "reads"),
    [
        (["en", "es"], "es", "es"),
        (["en", "es"], "es-MX", "es"),
        (["en", "es"], "fr", "en"),
        (["en", "es"], "ko", "en"),
        (["en", "es"], "ar", "en"),
        (["en", "es"], None, "en"),
        (["en", "es"], "nonsense!", "en"),
        (["es", "en"], None, "es"),
        (["es", "en"], "ko", "es"),
        (["es-MX"], None, "es"),
        (["it"], None, "en"),
        (["it"], "it", "en"),
    ],
)
def test_words_days_and_buttons_of_a_letter_are_in_one_language(
    city: Connection,
    environment: Environment,
    monkeypatch: pytest.MonkeyPatch,
    mailbox: Mailbox,
    work: Any,
    report: Any,
    languages: list[str],
    language: str | None,
    reads: str,
) -> None:
    here = environment.city.jurisdictions[HERE]
    other = replace(here, wordings=replace(here.wordings, languages=tuple(languages)))
    monkeypatch.setitem(environment.city.jurisdictions, HERE, other)  # type: ignore[arg-type]
    report(email="reporter@example.org")
    city.execute(text("UPDATE subscription SET language = :language"), {"language": language})
    assert work() == 1
    (letter,) = mailbox.messages
    subject, due, button = {
        "en": ("we have it", r"It should be done by [A-Z]\w+day, [A-Z]\w+ \d+, \d{4}\.", "Stop these messages"),
        "es": ("lo recibimos", r"a más tardar el \w+, \d+ de \w+ de \d{4}\.", "No recibir más"),
    }[reads]
    assert subject in letter["Subject"]
    assert letter["Content-Language"] == reads
    assert re.search(due, " ".join(words(letter).split()))
    assert button in words(letter)
    assert f'<html lang="{reads}" dir="ltr">' in letter.get_body(("html",)).get_content()  # type: ignore[union-attr]


# Duplicates and parts


def test_reporters_of_duplicates_hear_of_the_one_that_is_worked_on(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    first, second = report(email="first@example.org"), report(email="second@example.org")
    confirmed()
    work()
    merge(environment, CaseRef(HERE, second), STAFF, first)
    work()
    assert f"This is the same as {first}." in words(mailbox.to("second@example.org")[-1])
    progress(
        environment, CaseRef(HERE, first), STAFF, Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over.")
    )
    assert work() == 2
    closing = mailbox.to("second@example.org")[-1]
    assert second in closing["Subject"]
    assert "Painted over." in words(closing)


def test_who_follows_the_whole_follows_its_parts(
    environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    number = report(email="reporter@example.org")
    confirmed()
    work()
    (part,) = split(environment, CaseRef(HERE, number), STAFF, [Part("SR-MI01", "And a question")])
    assert work() == 1
    assert str(part) in mailbox.messages[-1]["Subject"]


# Failures


def test_a_message_that_is_refused_for_good_has_failed_and_holds_up_no_other(
    city: Connection, mailbox: Mailbox, work: Any, report: Any
) -> None:
    mailbox.answers = ["550 no such user"]
    report(email="gone@example.org")
    report(email="there@example.org")
    assert work() == 1
    states = city.execute(text("SELECT state, fault FROM message ORDER BY key")).all()
    assert [tuple(row) for row in states] == [("failed", "550 no such user"), ("sent", None)]


def test_a_server_that_is_busy_or_away_is_tried_again_later(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    away = replace(environment, mail=SMTPMail("smtp://127.0.0.1:9"))
    mailbox.answers = ["451 try later"]
    report(email="patient@example.org")
    assert work() == 0
    waits = []
    for sender in (away, away, environment):
        waits.append(city.scalar(text("SELECT next_at - now() FROM message")))
        assert send_messages(sender) == 0  # it is not time yet
        city.execute(text("UPDATE message SET next_at = now()"))
        send_messages(sender)
        database.session.remove()
    assert waits == sorted(waits)
    assert waits[0] > timedelta(seconds=30)
    assert city.execute(text("SELECT state, attempts FROM message")).one() == ("sent", 4)
    assert len(mailbox.messages) == 1


def test_a_receiver_that_is_refused_for_now_holds_up_no_other(
    city: Connection, mailbox: Mailbox, work: Any, report: Any
) -> None:
    mailbox.receivers = {"grey@example.org": "450 greylisted"}
    for name in ("grey", "there"):
        report(email=f"{name}@example.org")
    assert work() == 1
    states = city.execute(text("SELECT state, attempts, fault FROM message ORDER BY key")).all()
    assert [tuple(row) for row in states] == [("waiting", 1, "450 greylisted"), ("sent", 1, None)]


def test_a_server_that_is_away_is_asked_once_and_other_channels_go_on(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, report: Any, tmp_path: Path
) -> None:
    mailbox.receivers = {f"{name}@example.org": "450 not yet" for name in ("first", "second", "text")}
    for name in ("first", "second", "text"):
        report(email=f"{name}@example.org")
    assert work() == 0
    by_text = "UPDATE {} SET channel = 'sms', address = '+12155550142' WHERE address = 'text@example.org'"
    for table in ("subscription", "message"):
        city.execute(text(by_text.format(table)))
    city.execute(text("UPDATE message SET next_at = now()"))
    away = replace(environment, mail=SMTPMail("smtp://127.0.0.1:9"), sms=FileSms(tmp_path))
    assert send_messages(away) == 1
    attempts = city.execute(text("SELECT channel, state, attempts FROM message ORDER BY key")).all()
    assert [tuple(row) for row in attempts] == [("email", "waiting", 2), ("email", "waiting", 1), ("sms", "sent", 2)]


def test_what_is_told_later_waits_for_what_was_told_before(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    number = report(email="patient@example.org")
    confirmed()
    mailbox.answers = ["451 try later"]
    assert work() == 0
    comment(environment, CaseRef(HERE, number), STAFF, Change(text="News."))
    other = report(email="other@example.org")
    assert work() == 1
    database.session.remove()
    city.execute(text("UPDATE message SET next_at = now()"))
    assert send_messages(environment) == 2
    assert [mail["Subject"].rpartition(" report ")[2] for mail in mailbox.messages] == [
        f"{other}: we have it",
        f"{number}: we have it",
        f"{number}: news",
    ]


def test_in_the_end_a_message_fails(city: Connection, environment: Environment, work: Any, report: Any) -> None:
    report(email="patient@example.org")
    work_away = replace(environment, mail=SMTPMail("smtp://127.0.0.1:9"))
    expand_update(environment, city.scalar(text("SELECT key FROM service_request")), None)
    for _ in range(BACKOFF.max_attempts):
        database.session.remove()
        city.execute(text("UPDATE message SET next_at = now()"))
        send_messages(work_away)
    assert city.execute(text("SELECT state, attempts FROM message")).one() == ("failed", BACKOFF.max_attempts)


def test_a_message_that_cannot_be_written_has_failed_and_holds_up_no_other(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, report: Any
) -> None:
    for name in ("first", "other"):
        report(email=f"{name}@example.org")
        expand_update(environment, city.scalar(text("SELECT max(key) FROM service_request")), None)
    city.execute(text("UPDATE message SET address = 'first@example.]om' WHERE address = 'first@example.org'"))
    assert send_messages(environment) == 1
    states = city.execute(text("SELECT state, fault LIKE 'HeaderParseError: %' FROM message ORDER BY key")).all()
    assert [tuple(row) for row in states] == [("failed", True), ("sent", None)]


def test_a_fault_that_nobody_thought_of_holds_up_no_other_message(
    city: Connection,
    environment: Environment,
    mailbox: Mailbox,
    work: Any,
    confirmed: Any,
    report: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    follow.follow_service(environment, HERE, "SR-CL01", "daily@example.org", daily=True)
    confirmed()
    report()
    work()
    collect_digests(environment, datetime(2026, 11, 25, 13, tzinfo=UTC))
    written = city.scalar(text("SELECT json FROM publication"))
    city.execute(text("UPDATE publication SET json = 'none'"))  # PostgreSQL raises when the digest is written
    with_receipt = report(email="other@example.org")
    assert work() == 1
    city.execute(text("UPDATE publication SET json = :json WHERE json = 'none'"), {"json": written})
    assert with_receipt in mailbox.messages[0]["Subject"]
    state, fault = city.execute(text("SELECT state, fault FROM message WHERE event = 'digest'")).one()
    assert (state, fault.partition(":")[0]) == ("waiting", "InvalidTextRepresentation")
    assert "Traceback" in caplog.text
    assert "messages_of_digest" in caplog.text
    city.execute(text("UPDATE message SET next_at = now()"))
    assert send_messages(environment) == 1


def test_a_log_says_no_address_of_whom_a_message_did_not_reach(
    city: Connection, environment: Environment, work: Any, report: Any, caplog: pytest.LogCaptureFixture
) -> None:
    report(email="first@example.org")
    expand_update(environment, city.scalar(text("SELECT key FROM service_request")), None)
    assert send_messages(replace(environment, mail=FileMail(Path("/dev/null/first@example.org")))) == 0
    assert city.scalar(text("SELECT fault LIKE 'NotADirectoryError: %' FROM message WHERE state = 'waiting'"))
    assert "NotADirectoryError" in caplog.text
    assert "first@example.org" not in caplog.text


# The daily digest


def test_daily_followers_get_one_message_in_the_morning(
    city: Connection, environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    follow.follow_service(environment, HERE, "SR-CL01", "daily@example.org", daily=True)
    confirmed()
    numbers = [report() for _ in range(3)]
    assert work() == 0
    early, morning = datetime(2026, 11, 25, 11, 0, tzinfo=UTC), datetime(2026, 11, 25, 12, 5, tzinfo=UTC)
    assert collect_digests(environment, early) == 0
    assert collect_digests(environment, morning) == 3
    assert collect_digests(environment, morning + timedelta(hours=1)) == 0
    assert work() == 1
    (digest,) = mailbox.messages
    assert all(number in words(digest) for number in numbers)
    assert "Graffiti Removal" in digest["Subject"]
    assert collect_digests(environment, morning + timedelta(days=1)) == 0  # no news, no message


def test_what_became_private_is_not_in_the_digest(
    environment: Environment, mailbox: Mailbox, work: Any, confirmed: Any, report: Any
) -> None:
    follow.follow_service(environment, HERE, "SR-CL01", "daily@example.org", daily=True)
    confirmed()
    shown, hidden = report(), report()
    work()
    set_visibility(environment, CaseRef(HERE, hidden), STAFF, True)
    collect_digests(environment, datetime(2026, 11, 25, 13, tzinfo=UTC))
    work()
    assert shown in words(mailbox.messages[0])
    assert hidden not in mailbox.messages[0].as_string()


# Following again


@pytest.mark.parametrize("following", [*FOLLOWING.values(), None], ids=[*FOLLOWING, "request"])
def test_whoever_ended_it_and_wants_it_again_is_asked_again_once_a_day(
    city: Connection,
    environment: Environment,
    mailbox: Mailbox,
    work: Any,
    report: Any,
    following: Callable[[Environment, str], None] | None,
) -> None:
    number = report()
    work()

    def follow_again() -> int:
        if following:
            following(environment, "Again@example.org")
        else:
            follow.follow_request(environment, HERE, number, "again@example.org")
        return int(work())

    assert [follow_again(), follow_again()] == [1, 0]
    city.execute(text("UPDATE subscription SET confirmed_at = now(), ended_at = now()"))
    assert follow_again() == 0  # it was asked today
    city.execute(text("UPDATE message SET created_at = now() - interval '3 days', about = 'confirm:before'"))
    assert [follow_again(), follow_again()] == [1, 0]
    assert [link(mail, "follow/confirm") for mail in mailbox.messages] != []
    rows = city.execute(text("SELECT count(*), count(confirmed_at), count(ended_at) FROM subscription")).one()
    assert tuple(rows) == (1, 0, 0)


# What cannot be followed


@pytest.mark.parametrize(
    ("fault", "following"),
    [
        (UnknownServiceRequest, lambda e: follow.follow_request(e, HERE, "1", "a@example.org")),
        (UnknownService, lambda e: follow.follow_service(e, HERE, "nothing", "a@example.org")),
        (UnknownBoundary, lambda e: follow.follow_boundary(e, HERE, "ward:none", "a@example.org")),
        (InvalidArgument, lambda e: follow.follow_radius(e, HERE, WALL, 50_000, "a@example.org")),
        (InvalidArgument, lambda e: follow.follow_area(e, HERE, '{"type":"Point"', "a@example.org")),
        (
            InvalidArgument,
            lambda e: follow.follow_area(e, HERE, '{"type":"Point","coordinates":[-75,40]}', "a@example.org"),
        ),
        (InvalidArgument, lambda e: follow.follow_service(e, HERE, "SR-CL01", "no address")),
    ],
)
def test_what_cannot_be_followed_is_refused(
    city: Connection, environment: Environment, fault: type[Exception], following: Callable[[Environment], None]
) -> None:
    with pytest.raises(fault):
        following(environment)
    assert city.scalar(text("SELECT count(*) FROM subscription")) == 0
