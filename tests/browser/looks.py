"""What can be asked of any page: does it fit, and can everybody use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Error, Page

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
"""The rules of WCAG 2.2, levels A and AA, as axe-core calls them."""


class Barrier(NamedTuple):
    """What keeps somebody out, after axe-core."""

    rule: str
    impact: str
    elements: tuple[str, ...]


def barriers(page: Page, part: str | None = None) -> list[Barrier]:
    """What breaks WCAG 2.2 AA on a page, or in a part of it (a CSS selector)."""
    try:
        return _barriers(page, part)
    except Error as fault:  # the page was just being replaced by the next one
        if "destroyed" not in fault.message:
            raise
    page.wait_for_load_state()
    return _barriers(page, part)


def _barriers(page: Page, part: str | None) -> list[Barrier]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    options = {"runOnly": {"type": "tag", "values": WCAG}, "preload": False, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("([part, options]) => axe.run(part ?? document, options)", [part, options])
    assert found["passes"], "axe-core looked at nothing"
    return [
        Barrier(each["id"], each["impact"], tuple(" ".join(map(str, node["target"])) for node in each["nodes"]))
        for each in found["violations"]
    ]


def overflow(page: Page) -> list[str]:
    """What sticks out on the right; nothing where the page need not be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.body.querySelectorAll("*")]
                .filter(each => each.getBoundingClientRect().right > width)
                .map(each => `${each.tagName.toLowerCase()}.${each.className}`);
        }"""
    )
    return found
