"""From the report to the dispute and back, in a real browser: a real server, a real worker, a real mail server.

What staff were shown is what arrives; what the API publishes tells the same story; the audit log names everybody.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from open311.domain.roles import Role
from tests.browser.conftest import DESK, TELEPHONE, OpenPage
from tests.browser.console import Office, office, sign_in
from tests.browser.looks import barriers, overflow
from tests.conftest import API
from tests.mailbox import Mailbox, link, words
from tests.serving import OPEN311, PATIENCE

__all__ = ["office"]

pytestmark = pytest.mark.slow
REPORTER = "maria@example.org"


@pytest.fixture(scope="module")
def worker(
    own_database: str, server: str, mail_server: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A worker of the same city, which sends to the tests' mail server."""
    home: Path = tmp_path_factory.mktemp("worker")
    given = {"DATABASE_URL": own_database, "PUBLIC_URL": server, "SMTP_URL": mail_server.url, "MEDIA_DIR": str(home)}
    process = subprocess.Popen([OPEN311, "worker"], env={**os.environ, **given})
    yield
    process.terminate()
    process.wait(20)


Letter = Callable[[str], EmailMessage]


@pytest.fixture
def letter(mailbox: Mailbox, worker: None, office: Office) -> Letter:
    """Wait for the letter to the reporter whose text has these words."""

    def run(said: str) -> EmailMessage:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for message in mailbox.to(REPORTER):
                if said in " ".join(words(message).split()):
                    return message
            time.sleep(0.05)
        state = office.run("SELECT event, state, fault FROM message")
        jobs = office.run("SELECT task_name, status, attempts FROM procrastinate_jobs")
        raise AssertionError(f"no letter says {said!r}: {state}, {jobs}, {mailbox.messages}")

    return run


def seen(page: Page, button: str = "Save and send") -> list[str]:
    """Preview what was typed, and send it; answers the subject and paragraphs of the letter that was shown."""
    page.get_by_role("button", name="Preview").click()
    shown = page.locator(".letter").first
    found = [shown.get_by_role("heading").inner_text(), *shown.locator("p").all_inner_texts()]
    assert (barriers(page), overflow(page)) == ([], [])
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("alert")).to_be_visible()
    return [" ".join(each.split()) for each in found]


def is_what_was_shown(message: EmailMessage, shown: list[str]) -> None:
    """A letter has the subject, and in its HTML every paragraph and button, that staff saw."""
    assert message["Subject"] == shown[0]
    body = message.get_body(("html",))
    assert body is not None
    written = " ".join(unescape(re.sub(r"<[^>]+>", " ", body.get_content())).split())
    for paragraph in shown[1:]:
        assert paragraph in written


def drawn(directory: Path) -> Path:
    """A photo on the disk."""
    path = directory / "after.jpg"
    data = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(data, "JPEG")
    path.write_bytes(data.getvalue())
    return path


def read(server: str, path: str) -> str:
    with urlopen(f"{server}{API}/{path}") as answer:
        return str(answer.read().decode())


def test_from_the_report_to_the_dispute_and_back(
    open_page: OpenPage, office: Office, server: str, letter: Letter, tmp_path: Path
) -> None:
    ana = office.staff(Role.DEPARTMENT_WORKER, "ana@phila.example", "Ana Works")
    sue = office.staff(Role.SUPERVISOR, "sue@phila.example", "Sue Decides")
    number = office.file(
        service_code="SR-ST02",
        email=REPORTER,
        description="An accident waiting to happen: tires on the path",
        **{"attribute[property_type]": "", "attribute[materials]": "tires"},
    )
    assert office.run("SELECT department, priority FROM service_request WHERE service_request_id = :n", n=number) == [
        ("streets", 2)  # by the rule for danger in the street
    ]
    reporter = open_page(TELEPHONE, javascript=False)
    reporter.goto(link(letter("We have the report"), "follow/confirm"))
    reporter.get_by_role("button").click()

    # Acknowledged, and handed to whose it is.
    page = open_page(DESK)
    sign_in(page, "ana@phila.example")
    page.goto(f"/staff/r/{number}/update")
    page.get_by_label("Acknowledge").check()
    page.get_by_label("Ready text").select_option(label="We have seen it (English)")
    page.get_by_role("button", name="Use this text").click()
    shown = seen(page)
    is_what_was_shown(letter("passed it to the crew"), shown)
    page.goto(f"/staff/r/{number}/assign")
    page.get_by_label("Department or team").select_option("parks-recreation/grounds")
    page.get_by_label("Reason").fill("The path is in the park")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()

    # Asked, and answered by the link.
    page.goto(f"/staff/r/{number}/ask")
    page.get_by_label("Your question").fill("At which end of the path?")
    shown = seen(page)
    question = letter("At which end of the path?")
    is_what_was_shown(question, shown)
    reporter.goto(link(question, "answer"))
    reporter.get_by_role("textbox").fill("At the northern one")
    reporter.get_by_role("button").click()

    # Planned, and closed with a photo.
    page.goto(f"/staff/r/{number}/update")
    page.get_by_label("Schedule").check()
    page.get_by_label("Planned for").fill("2099-01-05")
    page.get_by_label("Text for everybody").fill("The truck comes on Monday.")
    shown = seen(page)
    is_what_was_shown(letter("The truck comes on Monday."), shown)
    page.goto(f"/staff/r/{number}/update")
    page.get_by_label("Close").check()
    page.get_by_label("How it ended").select_option("resolved")
    page.get_by_label("Text for everybody").fill("The tires are gone.")
    page.get_by_label("Photos").set_input_files(drawn(tmp_path))
    shown = seen(page)
    closing = letter("The tires are gone.")
    is_what_was_shown(closing, shown)

    # Disputed, and opened again by who may.
    reporter.goto(link(closing, "fixed"))
    reporter.get_by_role("textbox").fill("Two are still there")
    reporter.get_by_role("button", name="No, it is not fixed").click()
    page = open_page(DESK)
    sign_in(page, "sue@phila.example")
    page.goto(f"/staff/r/{number}/update")
    page.get_by_label("Open it again").check()
    page.get_by_label("Text for everybody").fill("Thank you. We come again.")
    shown = seen(page)
    is_what_was_shown(letter("We come again."), shown)

    # The same story for everybody.
    story = ["acknowledged", "waiting_on_reporter", "in_progress", "scheduled", "closed", "disputed", "received"]
    told = read(server, f"requests/{number}.xml?extensions=true")
    assert re.findall(r"<note>.*?<status>(\w+)</status>", told, re.DOTALL) == ["received", *story]
    assert "Parks &amp; Recreation" in told
    updates = read(server, f"servicerequestupdates.xml?service_request_id={number}")
    for said in ("The truck comes on Monday.", "The tires are gone.", "We come again."):
        assert said in told
        assert said in updates
    photo = re.search(r"<media_url>(http://[^<]+)</media_url>", updates)
    assert photo
    with urlopen(photo[1]) as answer:
        assert Image.open(io.BytesIO(answer.read())).size == (800, 600)
    for inside in (REPORTER, "The path is in the park", "northern", "Two are still there"):
        assert inside not in told + updates

    # And everybody is in the log.
    log = office.run("SELECT account, act FROM audit_log WHERE target = :t ORDER BY key", t=f"service_request:{number}")
    assert log == [
        (ana, "progress"), (ana, "assign"), (ana, "progress"), (ana, "progress"), (ana, "close"), (sue, "reopen"),
        (sue, "reopen"),
    ]  # fmt: skip


def test_of_two_who_write_at_once_the_slower_loses_no_word(
    open_page: OpenPage, office: Office, faults: list[str]
) -> None:
    number = office.file()
    for name in ("one", "two"):
        office.staff(Role.DEPARTMENT_WORKER, f"{name}@phila.example", name.title())
    pages = {name: open_page(DESK) for name in ("one", "two")}
    for name, page in pages.items():
        sign_in(page, f"{name}@phila.example")
        page.goto(f"/staff/r/{number}/update")
        page.get_by_label("In progress").check()
        page.get_by_label("Text for everybody").fill(f"Number {name} is on it.")
        page.get_by_role("button", name="Preview").click()
    for page in pages.values():
        page.get_by_role("button", name="Save").click()
    slower = pages["two"]
    expect(slower.get_by_role("alert")).to_contain_text("Number one is on it.")
    expect(slower.get_by_label("Text for everybody")).to_have_value("Number two is on it.")
    assert (barriers(slower), overflow(slower)) == ([], [])
    faults.clear()  # the browser notes that the answer was 409
    slower.get_by_label("Nothing: it stays").check()
    slower.get_by_label("Text for everybody").fill("")
    slower.get_by_label("Note for staff").fill("Number two is on it.")
    slower.get_by_role("button", name="Preview").click()
    slower.get_by_role("button", name="Save").click()
    expect(slower.get_by_role("alert")).to_contain_text("is updated")
