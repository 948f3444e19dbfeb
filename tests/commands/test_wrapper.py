"""The wrapper that ``docs/production.md`` has one write: commands in it find files where they are typed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from shutil import copytree

import pytest

from open311.catalog.location import city_directory
from tests.commands.test_help import OPEN311

pytestmark = pytest.mark.slow

HOME = city_directory()
(WRAPPER,) = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", (HOME / "docs/production.md").read_text("utf-8"), re.DOTALL)
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def wrapper(tmp_path: Path) -> str:
    """The wrapper as it is written there, with this installation's paths."""
    (tmp_path / "open311.env").write_text(f"DATABASE_URL={NOWHERE}\nCITY_DIR={HOME}\n")
    script = WRAPPER.replace("/etc/open311.env", str(tmp_path / "open311.env"))
    script = re.sub(r"/srv/open311/venv/bin/open311\b", str(OPEN311), script).replace("/srv/open311", str(tmp_path))
    file = tmp_path / "open311"
    file.write_text(script)
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize("city", ["mine", "./mine", "deeper/mine"])
def test_a_relative_name_is_found_from_where_it_is_typed(wrapper: str, tmp_path: Path, city: str) -> None:
    here = tmp_path / "somewhere"
    for name in ("config", "service_definitions"):
        copytree(HOME / name, here / city / name)
    done = subprocess.run(
        [wrapper, "catalog", "check", city], cwd=here, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no fault" in done.stdout


def test_the_settings_of_the_file_hold(wrapper: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [wrapper, "keys", "list"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "the database of DATABASE_URL does not answer" in done.stderr
