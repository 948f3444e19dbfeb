"""A photo of the work is told apart from the reporter's: on the case, in its history, and in the letter."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, text

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment
from open311.actions.cases.progress import set_visibility
from open311.actions.cases.update import update
from open311.actions.intake.photos import clean_photos, store_unsent_photos
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.lifecycle import Outcome, Status
from open311.domain.roles import Grant, Role
from tests.accounts.conftest import open_browser, signed_in, staff
from tests.console.conftest import words
from tests.mailbox import Mailbox
from tests.telling.work import work

__all__ = ["open_browser", "signed_in", "staff", "work"]


def picture(color: str) -> io.BytesIO:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(drawn, "JPEG")
    drawn.seek(0)
    return drawn


@pytest.fixture
def done(report: Any, environment: Environment, city: Connection, signed_in: Any) -> Callable[..., str]:
    """Close a report with a photo of the work; answers its number."""

    def run(language: str = "en", photos: int = 1, private: bool = False) -> str:
        number = report(media=(picture("red"), "before.jpg"), email="maria@example.org")
        if private:
            set_visibility(environment, CaseRef("phila.gov", number), Actor("staff:tests"), True)
        city.execute(text("UPDATE subscription SET confirmed_at = now(), language = :l"), {"l": language})
        stored = store_unsent_photos(environment, clean_photos([picture("green").read()] * photos)[0])
        change = Change(Status.CLOSED, outcome=Outcome.RESOLVED, text="Painted over.", photos=stored)
        ana = city.scalar(text("SELECT max(key) FROM account"))
        update(
            environment,
            CaseRef("phila.gov", number),
            Actor("staff", account=ana, grants=(Grant(Role.SUPERVISOR),)),
            change,
        )
        return str(number)

    return run


def captions(html: str) -> list[str]:
    return re.findall(r"<figcaption[^>]*>([^<]*)<", html)


def test_photos_say_whether_they_show_the_place_before_or_after_the_work(signed_in: Any, done: Any) -> None:
    desk = signed_in(Role.SUPERVISOR)
    desk.get(f"/staff/r/{done()}")
    reported, history = desk.text.split("<h2>History</h2>")
    before, after = captions(reported)
    assert before == "Before, by the reporter"
    assert re.fullmatch(r"After, \w+ \d+, Ana Works", after)
    assert captions(history) == [after]
    assert "Painted over." in words(desk)


@pytest.mark.parametrize(("language", "said"), [("en", "A photo of the work: "), ("es", "Una foto del trabajo: ")])
def test_the_letter_about_the_work_leads_to_its_photo(
    done: Any, signed_in: Any, work: Callable[[], int], mailbox: Mailbox, client: Any, language: str, said: str
) -> None:
    signed_in(Role.SUPERVISOR)
    done(language)
    work()
    (*_, letter) = mailbox.messages
    body = " ".join(letter.get_body(("plain",)).get_content().split())
    (address,) = re.findall(rf"{said}(\S+)", body)
    shown = client.get(re.sub(r"^https?://[^/]+", "", address))
    assert shown.mimetype == "image/jpeg"
    assert said in letter.get_body(("html",)).get_content()


@pytest.mark.parametrize("what", ["no photo", "private report", "hidden meanwhile"])
def test_a_photo_that_is_not_public_is_in_no_letter(
    done: Any, signed_in: Any, work: Callable[[], int], mailbox: Mailbox, city: Connection, what: str
) -> None:
    signed_in(Role.SUPERVISOR)
    done(photos=0 if what == "no photo" else 1, private=what == "private report")
    if what == "hidden meanwhile":
        city.execute(text("UPDATE media SET moderation = 'hidden' WHERE kind = 'after'"))
    work()
    (*_, letter) = mailbox.messages
    assert "Painted over." in letter.get_body(("plain",)).get_content()
    assert "photo" not in letter.get_body(("plain",)).get_content()
