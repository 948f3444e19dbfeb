"""Commands typed in another terminal are about the city that script/server serves."""

from __future__ import annotations

import os
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from open311.settings import Settings, beside_server, hand_over

KNOWN = {
    "DATABASE_URL": "postgresql://open311@/open311?host=/tmp/x",
    "SECRET_KEY": "abc",
    "PORT": "8312",
    "CITY_DIR": "/cities/ours",
    "PUBLIC_URL": "https://311.example.org",
    "SMTP_URL": "smtp://us:a 'b\"=$c\nd@localhost",
}


def test_what_the_server_set_holds_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    assert beside_server(file, {}) == {}
    hand_over(file, {**KNOWN, "HOME": "/root"})
    assert beside_server(file, {"PORT": "8400"}) == {name: KNOWN[name] for name in KNOWN if name != "PORT"}


def test_every_setting_is_handed_over(tmp_path: Path) -> None:
    every = {field.name.upper(): f"/{field.name}" for field in fields(Settings)}
    hand_over(tmp_path / "settings", every)
    assert beside_server(tmp_path / "settings", {}) == every


def test_a_directory_is_the_same_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hand_over(tmp_path / "settings", {"CITY_DIR": "ours", "MEDIA_DIR": ""})
    assert beside_server(tmp_path / "settings", {}) == {"CITY_DIR": str(tmp_path / "ours"), "MEDIA_DIR": ""}


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.touch(0o644)
    before = os.umask(0)
    try:
        hand_over(file, KNOWN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_database_that_is_named_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    hand_over(file, KNOWN)
    assert beside_server(file, {"DATABASE_URL": "postgresql:///other"}) == {}
