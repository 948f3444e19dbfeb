"""The pattern book shows the code as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOK = (ROOT / "docs" / "patterns.md").read_text()
EXAMPLES = re.findall(r"^```python (\S+)\n(.*?)^```$", BOOK, re.DOTALL | re.MULTILINE)


def test_every_example_says_where_it_stands() -> None:
    assert BOOK.count("\n```python") == len(EXAMPLES) > 10


@pytest.mark.parametrize(("path", "code"), EXAMPLES, ids=[path for path, _ in EXAMPLES])
def test_an_example_stands_in_its_file_to_the_letter(path: str, code: str) -> None:
    assert code in (ROOT / path).read_text()


def test_every_row_of_the_table_leads_to_a_section() -> None:
    sections = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^## (.+)$", BOOK, re.MULTILINE)
    }
    named = set(re.findall(r"\]\(#([a-z0-9-]+)\)", BOOK))
    assert named <= sections
    assert sections <= named


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:open311|tests|schemas|config|service_definitions)/[\w./-]+)`", BOOK)))
)
def test_every_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()
