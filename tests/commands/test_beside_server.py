"""Commands typed in another terminal are about the city that script/server serves."""

from __future__ import annotations

from pathlib import Path

from open311.app import beside_server

KNOWN = "DATABASE_URL=postgresql://open311@/open311?host=/tmp/x\nSECRET_KEY=abc\nPORT=8312\n"


def test_what_the_server_set_holds_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    assert beside_server(file, {}) == {}
    file.write_text(KNOWN, "utf-8")
    assert beside_server(file, {"PORT": "8400"}) == {
        "DATABASE_URL": "postgresql://open311@/open311?host=/tmp/x",
        "SECRET_KEY": "abc",
    }


def test_a_database_that_is_named_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text(KNOWN, "utf-8")
    assert beside_server(file, {"DATABASE_URL": "postgresql:///other"}) == {}
