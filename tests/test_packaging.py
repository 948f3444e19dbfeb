"""A wheel must carry the city, and the code in it must find the city there."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from open311.catalog.location import city_directory

ROOT = Path(__file__).resolve().parents[1]
CITY = ("config", "service_definitions", "schemas")
PACKED = ("open311", *CITY)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")

pytestmark = pytest.mark.slow


def pip(*arguments: object) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr


def files(directory: Path) -> set[str]:
    found = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because setuptools leaves files beside its source and would pack them the next time."""
    source = tmp_path_factory.mktemp("source")
    for name in PACKED:
        shutil.copytree(ROOT / name, source / name, ignore=LEFT_OUT)
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    built = tmp_path_factory.mktemp("wheel")
    pip("wheel", source, "--no-deps", "--no-build-isolation", "--wheel-dir", built)
    return next(built.glob("open311_server-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip("install", wheel, "--no-deps", "--no-index", "--target", target)
    return target


def test_a_wheel_carries_all_code_pages_and_migrations(wheel: Path) -> None:
    assert {f"open311/{name}" for name in files(ROOT / "open311")} <= set(ZipFile(wheel).namelist())


@pytest.mark.parametrize("name", CITY)
def test_a_wheel_carries_the_city_in_files(wheel: Path, name: str) -> None:
    wanted = {f"open311/city/{name}/{file}" for file in files(ROOT / name)}
    assert wanted
    assert wanted <= set(ZipFile(wheel).namelist())


def test_a_wheel_carries_nothing_else_of_the_checkout(wheel: Path) -> None:
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in names} == {"open311"}
    assert {name.split("/")[2] for name in names if name.startswith("open311/city/")} == set(CITY)


def test_an_installed_wheel_finds_its_city(installed: Path, tmp_path: Path) -> None:
    program = "from open311.catalog.location import city_directory; print(city_directory())"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    directory = Path(answer.stdout.strip())
    assert directory.is_relative_to(installed)
    assert files(directory / "config") == files(ROOT / "config")


def test_a_checkout_finds_its_city_at_the_root() -> None:
    assert city_directory() == ROOT
