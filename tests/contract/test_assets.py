"""Files of pages: under names that change with them, packed, and nothing from another host."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from open311.web.assets import STATIC, asset, files

TEXTS = [name for name in files() if name.endswith((".css", ".js"))]


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return asset(name)


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_is_kept_for_ever_and_sent_packed(app: Flask, name: str) -> None:
    answer = app.test_client().get(address(app, name), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == (STATIC / name).read_bytes()


def test_a_page_of_yesterday_gets_the_file_of_today_and_does_not_keep_it(app: Flask) -> None:
    answer = app.test_client().get("/web/of-yesterday/pages.css")
    assert answer.data == (STATIC / "pages.css").read_bytes()
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../assets.py", "vendor/../../assets.py", "vendor/none.css"])
def test_nothing_else_is_served(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/web/x/{name}").status_code == 404


@pytest.mark.parametrize("name", [name for name in TEXTS if name.endswith(".css")])
def test_a_sheet_asks_for_nothing_but_what_lies_beside_it(name: str) -> None:
    sheet = (STATIC / name).read_text("utf-8")
    for found in re.findall(r"url\(([^)]*)\)", sheet):
        assert found.startswith("data:") or (STATIC / Path(name).parent / found).is_file(), found
    assert "@import" not in sheet
