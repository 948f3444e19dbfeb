"""What tests of the console share: staff who are signed in, and pages as they see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from open311.domain.roles import Role
from open311.queries.cases.queues import Queue
from tests.accounts.conftest import Browser, browser, open_browser, run_jobs, signed_in, staff
from tests.console.acting import case, confirmed, hand

__all__ = ["browser", "case", "confirmed", "hand", "open_browser", "run_jobs", "signed_in", "staff"]

Desk = Callable[..., Browser]


@pytest.fixture
def desk(signed_in: Any) -> Browser:
    """A browser of a supervisor of the whole city."""
    found: Browser = signed_in(Role.SUPERVISOR)
    return found


def words(browser: Browser) -> str:
    """What can be read on the page, blanks made one."""
    shown = re.sub(r"<(script|style|svg|head).*?</\1>|<[^>]+>", " ", browser.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(shown)).strip()


def listed(browser: Browser) -> list[str]:
    """The numbers in the list, in their order."""
    return re.findall(r"data-pane[^>]*>(\w+)</a>", browser.text)


def link(browser: Browser, name: str) -> str:
    """Where a link leads; nowhere, where there is none."""
    found = re.search(rf'href="([^"]+)"[^>]*>{name}<', browser.text)
    return unescape(found[1]) if found else ""


def counted(browser: Browser) -> dict[Queue, int]:
    """What stands beside each queue."""
    found = re.findall(r'queue=(\w+)"[^>]*>\s*<span>[^<]*</span> <span[^>]*>(\d+)</span>', browser.text)
    return {Queue(name): int(count) for name, count in found}
