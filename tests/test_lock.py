"""What a server is installed with is locked by version and hash, fits what setup.cfg asks for, and can be listed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def locked() -> dict[str, tuple[str, list[str]]]:
    """The versions of each package (one for each kind of machine) with the hashes of its files."""
    entries = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\n]+)(.*?)(?=^\S|\Z)", LOCK, re.MULTILINE | re.DOTALL)
    return {
        canonicalize_name(name): (version, re.findall(r"sha256:[0-9a-f]{64}", rest)) for name, version, rest in entries
    }


def required() -> list[str]:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    lines = setup["options"]["install_requires"].splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


@pytest.mark.parametrize("line", required())
def test_the_lock_has_what_setup_cfg_asks_for_and_no_other_version(line: str) -> None:
    wanted = Requirement(line)
    name = canonicalize_name(wanted.name)
    assert name in locked(), f"{name} is not locked: run script/lock"
    assert wanted.specifier.contains(locked()[name][0]), "run script/lock"


def test_every_locked_package_has_hashes() -> None:
    assert len(locked()) > 40
    assert [name for name, (_, hashes) in locked().items() if not hashes] == []


@pytest.mark.slow
def test_the_bill_of_materials_names_every_locked_package() -> None:
    made = subprocess.run(
        [Path(sys.executable).with_name("cyclonedx-py"), "requirements", ROOT / "requirements.lock"],
        capture_output=True,
        check=True,
    )
    found = json.loads(made.stdout)
    assert found["bomFormat"] == "CycloneDX"
    named = {canonicalize_name(each["name"]) for each in found["components"]}
    assert named == set(locked())
