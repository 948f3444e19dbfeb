"""Pictures of the console for docs, from an invented city: ``python -m tests.browser.pictures DATABASE_URL``.

The database is made anew. Needs what tests of pages need (``script/setup --dev``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.office import EMAIL, PASSWORD, Office, furnish
from tests.conftest import drop_database, make_database
from tests.serving import OPEN311, serving

HERE = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = {1440: 900, 390: 844}


def main(url: str) -> None:
    """Make a city, take the pictures, take the city away."""
    with TemporaryDirectory() as directory:
        make_database(url)
        for words in ("database migrate", "city load"):
            subprocess.run([OPEN311, *words.split()], env={**os.environ, "DATABASE_URL": url}, check=True)
        office = furnish(url, Path(directory))
        with serving(url, Path(directory)) as home, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            for width, height in WIDTHS.items():
                page = chromium.new_page(base_url=home, viewport={"width": width, "height": height})
                sign_in(page)
                take(page, office, width)
            chromium.close()
        drop_database(url)


def sign_in(page: Page) -> None:
    """As a supervisor."""
    page.goto("/signin/staff")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#list").wait_for()
    page.wait_for_load_state()


def take(page: Page, office: Office, width: int) -> None:
    """The list, on a desk with a case beside it, and the case by itself."""
    page.goto("/staff")
    if width > 1000:
        page.locator("a[data-pane]").filter(has_text=office.number).click()
        page.locator("#pane .case").wait_for()
        page.evaluate("scrollTo(0, 0)")
    keep(page, f"queue-{width}.png")
    page.goto(f"/staff/r/{office.number}")
    keep(page, f"request-{width}.png", full_page=width < 1000)
    page.goto(f"/staff/r/{office.number}/update")
    page.get_by_label("Close").check()
    page.get_by_label("Ready text").select_option(label="Done (English)")
    page.get_by_role("button", name="Use this text").click()
    page.get_by_role("button", name="Preview").click()
    page.locator(".letter").first.wait_for()
    page.evaluate("scrollTo(0, 0)")
    keep(page, f"update-{width}.png", full_page=width < 1000)
    if width < 1000:
        page.goto("/staff/crew")
        keep(page, f"crew-{width}.png")


def keep(page: Page, name: str, *, full_page: bool = False) -> None:
    """Save with few colours: a quarter of the size, and nobody sees the difference."""
    HERE.mkdir(exist_ok=True)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / name, full_page=full_page)
    picture = Image.open(HERE / name).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
