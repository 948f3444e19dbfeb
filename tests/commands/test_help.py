"""``open311`` itself: its help, and what it tells where it cannot even begin."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import click
import pytest
from flask import Flask
from sqlalchemy import make_url

from open311.app import create_app, main
from tests.commands.conftest import invoke
from tests.conftest import drop_database, make_database
from tests.serving import OPEN311

pytestmark = pytest.mark.slow


def walk(group: click.Group, *words: str) -> Iterator[tuple[str, ...]]:
    """Every group and command below a group."""
    for name, command in group.commands.items():
        yield (*words, name)
        if isinstance(command, click.Group):
            yield from walk(command, *words, name)


NARROW = 78
"""What click uses of a terminal of 80 columns."""
COMMANDS = list(walk(create_app().cli))


def found(app: Flask, words: tuple[str, ...]) -> click.Command:
    command: click.Command = app.cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return command


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_one_line_in_the_list_and_help_of_its_own(app: Flask, words: tuple[str, ...]) -> None:
    *group, name = words
    line = str(found(app, words).help).splitlines()[0]
    told = invoke(app, *group, "--help", terminal_width=NARROW)
    assert [name, line] in [row.split(maxsplit=1) for row in told.splitlines()]
    assert line in " ".join(invoke(app, *words, "--help").split())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_and_argument_is_explained(app: Flask, words: tuple[str, ...]) -> None:
    command = found(app, words)
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [each.name for each in options if not each.help and not each.show_default] == []
    arguments = [each.human_readable_name for each in command.params if isinstance(each, click.Argument)]
    assert [name for name in arguments if name not in str(command.help)] == []


def open311(*words: str | bytes, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run ``open311`` as a process of its own, with these settings."""
    return subprocess.run([OPEN311, *words], env={**os.environ, **settings}, capture_output=True, text=True, timeout=60)


def test_the_command_is_there_and_lists_everything(app: Flask) -> None:
    done = open311("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in app.cli.commands if f"\n  {name} " not in done.stdout] == []


@pytest.mark.parametrize("words", [["nothing"], ["keys", "nothing"], ["keys", "list", "--nothing"]])
def test_what_is_no_command_is_told(app: Flask, words: list[str]) -> None:
    assert "No such" in invoke(app, *words, exit_code=2)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"PORT": "abc"}, "a setting cannot be used: PORT must be a whole number, not 'abc'"),
        ({"DATABASE_URL": "nonsense"}, "a setting cannot be used: Could not parse"),
        ({"DATABASE_URL": "foo://bar"}, "a setting cannot be used: Can't load plugin"),
        ({"CITY_DIR": "/nowhere"}, "the city's files have faults:\nconfig/boundaries.yaml:1: the file is missing\n"),
    ],
)
def test_settings_that_cannot_be_used_are_told(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], reason: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert str(stopped.value).startswith(reason)


def test_a_database_that_is_not_there_is_told() -> None:
    done = open311("keys", "list", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("the database of DATABASE_URL does not answer: ")
    assert "Traceback" not in done.stderr


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    url = make_url(database_url)
    empty = url.set(database=f"{url.database}_empty").render_as_string(hide_password=False)
    make_database(empty)
    yield empty
    drop_database(empty)


def test_a_database_without_tables_is_told(empty_database: str) -> None:
    done = open311("city", "load", DATABASE_URL=empty_database)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.endswith("run 'open311 database migrate'")


def test_bytes_that_are_no_text_are_told(database_url: str) -> None:
    done = open311("requests", "show", b"\xff", DATABASE_URL=database_url)
    assert (done.returncode, done.stderr) == (1, "what was typed is not UTF-8\n")
