"""The crew's page on a telephone: through a dead spot, without JavaScript, and for everybody."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from open311.actions.cases.assign import assign
from open311.actions.cases.batch import do_batch
from open311.domain.roles import Role
from tests.browser.conftest import TELEPHONE, OpenPage
from tests.browser.console import BY_HAND, Office, office, sign_in
from tests.browser.looks import barriers, overflow

__all__ = ["office"]


@pytest.fixture(scope="module")
def carl(office: Office) -> int:
    """A crew of the department that removes graffiti."""
    return office.staff(Role.CREW, "carl@phila.example", "Carl Crew", department="clip")


@pytest.fixture
def task(office: Office, carl: int) -> str:
    """A task of the crew; answers its number."""
    number = office.file(address_string="1415 E PASSYUNK AVE")
    office.do(assign, number, BY_HAND, assignee=carl)
    return number


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo on the telephone."""
    drawn = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(drawn, "JPEG")
    (tmp_path / "after.jpg").write_bytes(drawn.getvalue())
    return tmp_path / "after.jpg"


def fill(page: Page, number: str, photo: Path) -> None:
    """Say that a task is done, with a photo."""
    at = page.locator(f"#task-{number}")
    at.locator("summary").click()
    at.get_by_label("Photo of the work").set_input_files(photo)
    at.get_by_label("Text for everybody").fill("It is clean again.")
    at.get_by_role("button", name="Send").click()


def finish(office: Office) -> None:
    """Let the ten seconds pass in which it can be taken back."""
    ((key,),) = office.run("SELECT max(key) FROM batch_change")
    with office.app.app_context():
        assert do_batch(office.environment, key) == 1


def state(office: Office, number: str) -> tuple[str, int]:
    """Where a task stands, and how many photos it has."""
    (row,) = office.run(
        "SELECT status, (SELECT count(*) FROM media m WHERE m.service_request = r.key) FROM service_request r"
        " WHERE service_request_id = :n",
        n=number,
    )
    return tuple(row)


def test_what_is_done_in_a_dead_spot_is_sent_when_there_is_a_network(
    open_page: OpenPage, office: Office, task: str, photo: Path, faults: list[str]
) -> None:
    page = open_page(TELEPHONE)
    sign_in(page, "carl@phila.example")
    page.goto("/staff/crew")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function("caches.match('/staff/crew').then(found => Boolean(found))")
    page.reload()  # from now on the worker looks after the page

    page.context.set_offline(True)
    page.goto("/staff/crew")
    fill(page, task, photo)
    expect(page.locator("#waiting")).to_have_text("1 waiting to be sent.")
    expect(page.locator(f"#task-{task}")).to_be_hidden()
    assert state(office, task) == ("received", 0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#waiting")).to_contain_text("Signing out would lose it")
    assert (barriers(page), overflow(page)) == ([], [])

    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today: nothing")
    expect(page.locator(".crew__held")).to_contain_text(f"{task} is done.")
    finish(office)
    assert state(office, task) == ("closed", 1)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in")
    page.wait_for_function("caches.keys().then(names => !names.length)")
    faults[:] = [each for each in faults if "net::ERR_" not in each]  # there was no network


def test_it_is_a_plain_form_without_javascript(open_page: OpenPage, office: Office, task: str, photo: Path) -> None:
    page = open_page(320, javascript=False)
    sign_in(page, "carl@phila.example")
    page.goto("/staff/crew")
    fill(page, task, photo)
    expect(page.locator(".crew__held")).to_contain_text(f"{task} is done.")
    assert overflow(page) == []
    finish(office)
    assert state(office, task) == ("closed", 1)


def test_everybody_can_use_it(page: Page, task: str) -> None:
    sign_in(page, "carl@phila.example")
    page.goto("/staff/crew")
    page.locator("summary").first.click()
    assert (barriers(page), overflow(page)) == ([], [])
