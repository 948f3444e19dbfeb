"""A real browser on a real server: what tests of pages stand on.

``page`` is a tab at the width of a telephone and, in a second run of the same test, of a desk; ``open_page`` makes one
of any width. Whatever goes wrong in a tab fails its test: an error of JavaScript, something that the page's
Content-Security-Policy forbids, a file that is missing, and any request to another host, which is stopped as well.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.serving import server

__all__ = ["server"]

TELEPHONE, DESK = 390, 1280
ARGUMENTS = [
    "--no-sandbox",  # root, as in a container, has no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 60_000
"""Milliseconds until something that does not come counts as missing; a busy machine is no fault."""
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a browser as slow, whoever wrote the test."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium; none is ever downloaded.

    It ends with the last test of this directory: while Playwright runs, no other event loop can start in this thread.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no chromium; script/setup --dev installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the tabs of a test so far; whoever expects something takes it out."""
    return []


@pytest.fixture
def open_page(browser: Browser, server: str, faults: list[str]) -> Iterator[OpenPage]:
    """Open a tab of so many pixels' width, with JavaScript or without; paths are those of the server."""
    home = urlsplit(server).netloc

    def stay(route: Route) -> None:
        if urlsplit(route.request.url).netloc == home:
            route.continue_()
        else:
            faults.append(f"a request to another host: {route.request.url}")
            route.abort()

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    def run(width: int, *, javascript: bool = True) -> Page:
        size = ViewportSize(width=width, height=800)
        context = browser.new_context(base_url=server, viewport=size, java_script_enabled=javascript)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.route("**/*", stay)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    contexts: list[BrowserContext] = []
    yield run
    found = list(faults)  # what breaks off because the tab is closed is no fault of the page
    for context in contexts:
        context.close()
    assert found == []


@pytest.fixture(params=[TELEPHONE, DESK], ids=["telephone", "desk"])
def page(open_page: OpenPage, request: pytest.FixtureRequest) -> Page:
    """A tab at each of the two widths."""
    return open_page(request.param)
