"""Following the pages of a list."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse


def links(answer: TestResponse) -> dict[str, str]:
    """The addresses of ``Link`` by their relation."""
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("Link", ""))}
