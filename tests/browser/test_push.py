"""Being told on this device, in a real browser: as far as that goes without the push service of the browser's maker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from playwright.sync_api import Page, expect

from tests.browser.conftest import TELEPHONE, OpenPage
from tests.browser.looks import barriers, overflow
from tests.push_service import PushService

BUTTON = "Tell this device instead"


def test_a_browser_that_may_not_says_so_and_mail_still_works(page: Page, faults: list[str]) -> None:
    page.goto("/follow/service")
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("status")).to_have_text("This browser does not allow it, or cannot do it now.")
    assert barriers(page) == []
    assert overflow(page) == []
    page.get_by_label("Kind of report").select_option(label="Graffiti Removal")
    page.get_by_label("E-mail address").fill("zebulon@example.org")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    assert all("does not support the Push API in incognito mode" in each for each in faults)
    faults.clear()


def test_what_the_browser_told_the_page_is_taken_from_our_page(open_page: OpenPage) -> None:
    page = open_page(TELEPHONE)
    page.goto("/follow/service?service=SR-CL01")
    device = PushService()
    device.origin = "https://push.example"
    page.evaluate(
        """given => {
            const form = document.querySelector("form[method=post]");
            for (const [name, value] of Object.entries(given)) {
                form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
            }
            form.submit();
        }""",
        device.form,
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("This device will be told")


def test_without_javascript_it_is_not_offered(open_page: OpenPage) -> None:
    page = open_page(TELEPHONE, javascript=False)
    page.goto("/follow/service")
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_be_hidden()


def test_what_comes_is_shown_in_its_language(open_page: OpenPage, server: str) -> None:
    page = open_page(TELEPHONE)
    page.context.grant_permissions(["notifications"], origin=server)
    page.goto("/follow/service")
    page.evaluate("() => activeWorker().then(() => null)")
    registered = watched(page)
    told = {"title": "Graffiti Removal: done", "body": "Painted over.", "language": "es", "url": f"{server}/follow"}
    registered("ServiceWorker.deliverPushMessage", data=orjson.dumps(told).decode())
    shown = """async () => {
        const registration = await navigator.serviceWorker.getRegistration("/follow/");
        return (await registration.getNotifications()).map(({ title, body, lang, data }) => [title, body, lang, data]);
    }"""
    page.wait_for_function(f"async () => (await ({shown})()).length")
    assert page.evaluate(shown) == [[told["title"], told["body"], told["language"], told["url"]]]
    scopes = "async () => (await navigator.serviceWorker.getRegistrations()).map(each => new URL(each.scope).pathname)"
    assert page.evaluate(scopes) == ["/follow/"]


def watched(page: Page) -> Callable[..., None]:
    """Sends commands of the DevTools protocol to the page's worker."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []

    def note(event: dict[str, Any]) -> None:
        found.extend(each["registrationId"] for each in event["registrations"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    page.wait_for_function("() => true")
    assert found

    def run(command: str, **what: str) -> None:
        origin = page.evaluate("() => location.origin")
        session.send(command, {"origin": origin, "registrationId": found[-1], **what})

    return run
