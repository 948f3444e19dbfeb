"""What goes wrong in a tab is noticed: else no test of a page could fail by it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESK, PATIENCE, OpenPage
from tests.conftest import API


@pytest.mark.parametrize(
    ("path", "script", "noticed"),
    [
        (
            f"{API}/services.json",
            "setTimeout(() => { throw new Error('the script is broken') })",
            "the script is broken",
        ),
        (f"{API}/services.json", "fetch('http://other.example/').catch(() => null)", "http://other.example/"),
        (f"{API}/services.json", "fetch('/missing.json')", "404"),
        ("/", "fetch('/discovery.json').catch(() => null)", "Content Security Policy"),
    ],
    ids=["an error of JavaScript", "another host", "a missing file", "what the policy forbids"],
)
def test_it_is_noticed(open_page: OpenPage, faults: list[str], path: str, script: str, noticed: str) -> None:
    page = open_page(DESK)
    page.goto(path)
    page.evaluate(script)
    for _ in range(PATIENCE // 50):
        if faults:
            break
        page.wait_for_timeout(50)
    assert any(noticed in fault for fault in faults), faults
    faults.clear()
