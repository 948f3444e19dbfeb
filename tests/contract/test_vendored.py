"""What others wrote lies here unchanged, as its ``VENDORED.json`` says, and with its licence."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.contract.openapi import SCHEMAS

ROOT = SCHEMAS.parent
PACKAGES = [
    pytest.param(file.parent, package, id=package["name"])
    for place in ("open311", "tests")
    for file in sorted((ROOT / place).rglob("VENDORED.json"))
    for package in json.loads(file.read_text("utf-8"))["packages"]
]


@pytest.mark.parametrize(("directory", "package"), PACKAGES)
def test_every_file_is_what_was_taken_over(directory: Path, package: dict[str, Any]) -> None:
    for name, integrity in package["files"].items():
        digest = hashlib.sha512((directory / name).read_bytes()).digest()
        assert integrity == f"sha512-{b64encode(digest).decode()}", name


@pytest.mark.parametrize(("directory", "package"), PACKAGES)
def test_every_licence_lies_beside_it(directory: Path, package: dict[str, Any]) -> None:
    assert package["licence"]
    assert all((directory / name).read_text("utf-8").strip() for name in package["licence_files"])
