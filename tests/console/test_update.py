"""One form updates a case: what it offers, the letter that it shows, and that nothing typed is lost."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import annotate, progress
from open311.actions.cases.relate import merge
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import STEPS, Outcome, Status
from open311.domain.roles import MATRIX, Act, Role
from tests.conftest import API
from tests.console.acting import REPORTER, Hand
from tests.disk import full_disk, noise
from tests.mailbox import Mailbox, words

OTHER = Actor("staff")
CLOSE = {"status": "closed", "outcome": "resolved", "text": "We painted it over."}
Make = Callable[..., Hand]


def offered(hand: Hand) -> set[str]:
    return set(re.findall(r'name="status" value="(\w+)"', hand.browser.text))


def photo() -> tuple[io.BytesIO, str]:
    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(drawn, "JPEG")
    drawn.seek(0)
    return drawn, "after.jpg"


# What is offered


@pytest.mark.parametrize("role", [role for role in Role if Act.NOTE in MATRIX[role]])
def test_only_steps_that_the_lifecycle_and_the_role_allow_are_offered(hand: Make, role: Role) -> None:
    at = hand(role).open("update")
    elsewhere = {Status.WAITING_ON_REPORTER, Status.REFERRED}
    allowed = STEPS[Status.RECEIVED] - elsewhere if Act.PROGRESS in MATRIX[role] else set()
    assert offered(at) == {str(each) for each in allowed}
    assert ("Text for everybody" in at.words) is bool(allowed or Act.COMMENT in MATRIX[role])


@pytest.mark.parametrize(("role", "possible"), [(Role.SUPERVISOR, {"received"}), (Role.DEPARTMENT_WORKER, set())])
def test_opening_again_is_for_those_who_may(
    hand: Make, environment: Environment, role: Role, possible: set[str]
) -> None:
    at = hand(role)
    progress(
        environment,
        CaseRef("phila.gov", at.number),
        OTHER,
        Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Done."),
    )
    assert offered(at.open("update")) == possible


def test_a_duplicate_is_updated_at_the_one_that_it_follows(hand: Make, report: Any, environment: Environment) -> None:
    at, other = hand(), report()
    merge(environment, CaseRef("phila.gov", at.number), OTHER, other)
    assert offered(at.open("update")) == set()
    assert f"follows {other}" in at.words


def test_ready_texts_stand_nearest_first_in_the_reporters_language(hand: Make, confirmed: Any) -> None:
    at = hand()
    confirmed("es")
    at.open("update")
    closing = at.browser.text.partition('<optgroup label="Closed">')[2]
    assert re.findall(r'<option value="([^"]+)">', closing)[:3] == [
        "Graffiti is gone|es", "Graffiti is gone|en", "Done|es",
    ]  # fmt: skip


def test_a_ready_text_is_filled_in_and_brings_its_step(hand: Make) -> None:
    at = hand().open("update")
    assert at.send("fill", reply="A crew will come|en", note="Ladder") == 200
    assert "A crew of Community Life Improvement Program will come on this day." in at.words
    assert "Ladder" in at.words
    assert 'value="scheduled" checked' in at.browser.text


# The letter


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_letter_that_was_shown_is_the_letter_that_comes(
    hand: Make, confirmed: Any, run_jobs: Callable[[], None], mailbox: Mailbox, case: Any, language: str
) -> None:
    at = hand()
    confirmed(language)
    run_jobs()
    run_jobs()
    mailbox.clear()
    seen = at.act("update", **CLOSE, note="Two cans of paint")
    run_jobs()
    run_jobs()
    (letter,) = mailbox.to(REPORTER)
    assert letter["Subject"] in seen
    for paragraph in words(letter).partition("http")[0].split("\n\n")[:-1]:
        assert " ".join(paragraph.split()) in seen
    assert "Two cans" not in words(letter)
    assert (case(at.number).status, case(at.number).outcome) == ("closed", "resolved")
    assert case(at.number).status_notes == "We painted it over."


def test_a_preview_leaves_nothing_behind(hand: Make, confirmed: Any, city: Connection) -> None:
    at = hand()
    confirmed()
    tables = (
        "service_request",
        "service_request_update",
        "message",
        "audit_log",
        "one_time_link",
        "procrastinate_jobs",
    )

    def stored() -> list[Any]:
        return [city.execute(text(f"SELECT to_jsonb({table}) FROM {table} ORDER BY 1")).all() for table in tables]

    at.open("update")
    before = stored()
    assert at.send("preview", **CLOSE) == 200
    assert "the reporter, by e-mail, English" in at.words.replace("The", "the")
    assert stored() == before


def test_what_was_changed_after_the_preview_is_shown_anew(hand: Make, case: Any) -> None:
    at = hand().open("update")
    at.send("preview", **CLOSE)
    assert at.send("send", **{**CLOSE, "text": "We painted it over on Monday."}) == 200
    assert case(at.number).status == "received"
    assert at.send("send", **{**CLOSE, "text": "We painted it over on Monday."}) == 303


def test_a_button_that_is_pressed_twice_does_it_once(hand: Make, city: Connection) -> None:
    at = hand().open("update")
    at.send("preview", **CLOSE)
    page, hidden = at.browser.page, at.hidden
    assert at.send("send", **CLOSE) == 303
    at.browser.page = page
    assert at.send("send", **{**hidden, **CLOSE}) == 303
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE status = 'closed'")) == 1


@pytest.mark.parametrize("what", [{"note": "Left a voicemail"}, {"text": "We are still on it."}])
def test_the_same_words_are_written_again_when_they_are_true_again(
    hand: Make, city: Connection, what: dict[str, str]
) -> None:
    at = hand()
    for _ in range(2):
        at.act("update", **what)
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE kind IN ('note', 'comment')")) == 2
    at.open("update").send("preview", **what)
    page, hidden = at.browser.page, at.hidden
    for _ in range(2):
        at.browser.page = page
        assert at.send("send", **{**hidden, **what}) == 303
    assert city.scalar(text("SELECT count(*) FROM service_request_update WHERE kind IN ('note', 'comment')")) == 3


def test_that_nobody_hears_of_it_is_said(hand: Make) -> None:
    at = hand(email=None).open("update")
    at.send("preview", **CLOSE)
    assert "Nobody gets a letter" in at.words
    assert "The reporter hears nothing" in at.words
    at.send("preview", note="For us")
    assert "Only staff see it" in at.words


def test_followers_are_told_with_the_reporter(hand: Make, confirmed: Any, city: Connection) -> None:
    at = hand()
    confirmed("es")
    city.execute(
        text(
            "INSERT INTO subscription (jurisdiction, target, service_request, address, confirmed_at)"
            " SELECT 'phila.gov', 'service_request:' || key, key, a || '@x.example', now()"
            " FROM service_request, unnest(ARRAY['a', 'b']) a"
        )
    )
    at.open("update").send("preview", **CLOSE)
    assert "The reporter, by e-mail, Spanish Followers, by e-mail, English: 2" in at.words


# Faults


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, "Choose what happens now, or write something"),
        ({"status": "closed", "text": "Done."}, "Choose how it ended"),
        ({"status": "closed", "outcome": "resolved"}, "Tell the public why it is closed"),
        ({"status": "scheduled"}, "Enter the day for which it is planned"),
        ({"status": "scheduled", "scheduled": "2020-01-01"}, "Enter the day for which it is planned"),
        ({"note": "x" * 5000}, "Write at most 4000 characters"),
    ],
)
def test_a_fault_is_told_and_nothing_typed_is_lost(hand: Make, case: Any, fields: dict[str, str], fault: str) -> None:
    at = hand().open("update")
    assert at.send("preview", **{"note": "The key is at the gate", **fields}) == (422 if fields else 200)
    if fields:
        assert fault in at.words
        assert fields.get("note", "The key is at the gate") in at.words
    assert case(at.number).status == "received"


def test_who_was_slower_is_told_what_happened_and_keeps_their_words(
    hand: Make, environment: Environment, case: Any
) -> None:
    at = hand().open("update")
    assert at.send("preview", **CLOSE) == 200
    progress(
        environment, CaseRef("phila.gov", at.number), OTHER, Change(Status.IN_PROGRESS, text="A crew is on its way.")
    )
    assert at.send("send", **CLOSE) == 409
    assert "Somebody else changed" in at.words
    assert "A crew is on its way." in at.words
    assert "We painted it over." in at.words
    assert case(at.number).status == "in_progress"
    assert at.send("preview", **CLOSE) == 200
    assert at.send("send", **CLOSE) == 303
    assert case(at.number).status == "closed"


# Photos


def test_a_photo_is_kept_over_the_preview_and_seen_in_public(hand: Make, client: FlaskClient, city: Connection) -> None:
    at = hand().open("update")
    assert at.send("preview", **CLOSE, photos=photo()) == 200
    assert "1 photo is kept" in at.words
    assert at.send("send", **CLOSE) == 303
    (media,) = city.execute(text("SELECT file, kind FROM media")).all()
    assert media.kind == "after"
    newest = client.get(f"{API}/servicerequestupdates.json?service_request_id={at.number}").get_json()[0]
    assert newest["media_url"].endswith(media.file)
    (seen,) = client.get(f"{API}/requests/{at.number}.json").get_json()
    assert seen["media_url"] is None  # that is what the reporter showed
    assert client.get(f"/media/{media.file}").status_code == 200


def test_what_is_no_photo_is_told(hand: Make) -> None:
    at = hand().open("update")
    assert at.send("preview", **CLOSE, photos=(io.BytesIO(b"no photo"), "a.jpg")) == 422
    assert "A file is no photo" in at.words


def test_photos_for_which_there_is_no_room_are_told_and_the_text_is_kept(hand: Make) -> None:
    at = hand().open("update")
    with full_disk():
        assert at.send("preview", **CLOSE, photos=noise()) == 422
    assert "There is no room for photos" in at.words
    assert CLOSE["text"] in at.words


def test_nobody_can_keep_a_file_that_they_only_know_of(hand: Make, city: Connection) -> None:
    at = hand().open("update")
    forged = '[1,[["' + "0" * 64 + '.jpg","x",1,1]]].forged'
    at.send("preview", **CLOSE, kept_photos=forged)
    assert at.send("send", **CLOSE) == 303
    assert city.scalar(text("SELECT count(*) FROM media")) == 0


def test_notes_and_comments_change_no_state(
    hand: Make, case: Any, environment: Environment, client: FlaskClient
) -> None:
    at = hand(Role.AGENT)
    at.act("update", text="She called again.", note="Sounds angry")
    annotate(environment, CaseRef("phila.gov", at.number), OTHER, "Another")
    assert case(at.number).status == "received"
    said = client.get(f"{API}/servicerequestupdates.json?service_request_id={at.number}").get_data(as_text=True)
    assert "She called again." in said
    assert "angry" not in said
