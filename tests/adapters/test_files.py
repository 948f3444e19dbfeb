"""Files are named by their content and lie nowhere else than in their directory."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from open311.adapters.files import LocalFiles


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path / "media")


def test_what_is_saved_is_read_by_its_hash(files: LocalFiles) -> None:
    name = files.save(b"photo", "jpg")
    assert name == hashlib.sha256(b"photo").hexdigest() + ".jpg"
    assert files.read(name) == b"photo"


def test_the_same_bytes_are_kept_once(files: LocalFiles) -> None:
    assert files.save(b"photo", "jpg") == files.save(b"photo", "jpg")
    assert len([path for path in files.root.rglob("*") if path.is_file()]) == 1


def test_what_is_deleted_is_gone(files: LocalFiles) -> None:
    name = files.save(b"photo", "jpg")
    files.delete(name)
    files.delete(name)
    assert files.read(name) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "", "a" * 64, "A" * 64 + ".jpg", "x\x00.jpg"])
def test_no_name_leads_outside(files: LocalFiles, name: str) -> None:
    assert files.read(name) is None
    files.delete(name)


def test_a_suffix_that_is_a_path_is_refused(files: LocalFiles) -> None:
    with pytest.raises(ValueError, match="suffix"):
        files.save(b"photo", "../x")
