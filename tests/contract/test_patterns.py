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


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "tests/README.md", "bench/README.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_and_every_path_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    links = {link for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) if "://" not in link}
    paths = set(re.findall(r"`((?:open311|tests|schemas|config|service_definitions|script|docs)/[\w./-]+)`", text))
    missing = {link for link in links if not (page.parent / link).exists()}
    missing |= {path for path in paths if not (ROOT / path).exists()}
    assert missing == set()
