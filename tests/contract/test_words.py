"""What is written about the code is so, and it is all of it: settings, commands, rooms, paths, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask import Flask

from bench.__main__ import figures
from open311.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README, OPERATIONS, BENCH = (
    (ROOT / name).read_text("utf-8") for name in ("README.md", "docs/operations.md", "bench/README.md")
)


def quoted(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def rows(text: str, heading: str) -> Iterator[list[str]]:
    """The cells of the table under a heading."""
    table = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    for line in table.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


# Settings


def documented_settings() -> Iterator[tuple[str, str | None]]:
    """Every variable with its default; none where words tell what happens without it."""
    for names, default, _ in rows(OPERATIONS, "Settings"):
        defaults = quoted(default) if default.startswith("`") else []
        for place, name in enumerate(quoted(names)):
            yield name, defaults[place] if defaults else None


SETTINGS = dict(documented_settings())
OTHER = {
    "database_url": "postgresql://elsewhere/city",
    "city_dir": "/srv/city",
    "media_dir": "/srv/media",
    "public_url": "https://311.example.org",
    "host": "0.0.0.0",
    "updates_enabled": "0",
    "second_factor_roles": "supervisor, auditor",
}
"""A value that is no default; a number where nothing stands here."""


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    assert set(SETTINGS) == {field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_documented_default_is_the_default(name: str) -> None:
    default = SETTINGS[name]
    unset = Settings.from_environment({})
    if default is None:
        assert getattr(unset, name.lower()) is None
    else:
        assert Settings.from_environment({name: default}) == unset


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_each_setting_is_read_from_the_variable_of_its_name(name: str) -> None:
    unset, given = Settings.from_environment({}), Settings.from_environment({name.upper(): OTHER.get(name, "77")})
    assert {each.name for each in fields(Settings) if getattr(unset, each.name) != getattr(given, each.name)} == {name}


# Commands


def commands(group: click.Group, *words: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *words, name)
        else:
            yield " ".join((*words, name))


def documented_commands() -> Iterator[str]:
    """The first of a row stands there in full, the others by their last word."""
    for cell, _ in rows(OPERATIONS, "Commands"):
        group: list[str] = []
        for text in quoted(cell):
            words = [word for word in text.split() if not (word.startswith(("-", "[")) or word.isupper())]
            if words[0] == "open311":
                group = words[1:-1]
                yield " ".join(words[1:])
            else:
                yield " ".join([*group, *words])


def test_every_command_is_documented_and_every_documented_one_exists(app: Flask) -> None:
    assert set(documented_commands()) == set(commands(app.cli))


@pytest.mark.parametrize("words", sorted({*re.findall(r"\bopen311 ([a-z][a-z -]+)", README + OPERATIONS)}))
def test_a_command_that_is_named_exists(app: Flask, words: str) -> None:
    command: click.Command = app.cli
    for word in words.split():
        if isinstance(command, click.Group):
            assert word in command.commands
            command = command.commands[word]
    assert not isinstance(command, click.Group)


# The map


def test_the_map_names_every_room() -> None:
    rooms = [path for path in (ROOT / "open311").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    floors = {path.name for path in rooms} - {"__init__.py"}
    entrypoints = {path.name for path in (ROOT / "open311/entrypoints").iterdir() if (path / "__init__.py").exists()}
    named = {
        word.rstrip("/").rpartition("/")[2] for line in README.splitlines() for word in quoted(line) if "| " in line
    }
    assert floors - {"entrypoints"} | entrypoints <= named


def paths(text: str) -> list[str]:
    """What looks like a path of this project, in backticks or behind a link."""
    found = [*quoted(text), *re.findall(r"\]\(([^)#]+)\)", text)]
    return [each for each in found if re.fullmatch(r"[\w./-]+", each) and "/" in each and not each.startswith("/")]


@pytest.mark.parametrize(
    "document", ["README.md", "docs/operations.md", "docs/blueprint.md", "schemas/README.md", "bench/README.md"]
)
def test_a_path_that_is_named_exists(document: str) -> None:
    home = (ROOT / document).parent
    named = paths((ROOT / document).read_text("utf-8"))
    kept = [path for path in named if not path.startswith(("var/", "application/", "text/", ".venv/"))]
    places = [home, ROOT, ROOT / "open311"]
    assert [path for path in kept if not any((place / path).exists() for place in places)] == []


def test_every_contract_is_listed_beside_them() -> None:
    listed = set(quoted((ROOT / "schemas/README.md").read_text("utf-8")))
    assert {path.name for path in (ROOT / "schemas").iterdir()} - {"README.md"} <= listed


# Benchmarks


def test_every_figure_is_explained_with_its_goal() -> None:
    table = rows(BENCH, "The figures and their goals")
    explained = {name: float(goal) for names, goal, _ in table for name in quoted(names)}
    measured = {figure.name: figure.goal for figure in figures("")}
    assert explained.items() >= measured.items()
