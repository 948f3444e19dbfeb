"""Read a city's files, unchecked, and tell which jurisdictions each of their items belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from open311.catalog.faults import Fault
from open311.catalog.location import city_directory
from open311.catalog.source import Source, read_source


@dataclass(frozen=True)
class BuiltIn:
    """Files that come with the server and name no city."""

    texts: Source
    privacy: Source


@dataclass(frozen=True)
class Files:
    """The files that were read; None for a file that is missing or cannot be read.

    ``built_in`` has the server's own ``config/texts.yaml`` and ``config/privacy.yaml``, for whatever the city's lack.
    """

    directory: Path
    city: Source | None
    departments: Source | None
    boundaries: Source | None
    routing: Source | None
    texts: Source | None
    privacy: Source | None
    replies: Source | None
    services: tuple[Source, ...]
    built_in: BuiltIn

    @cached_property
    def jurisdictions(self) -> dict[str, dict[str, Any]]:
        """The settings of each jurisdiction by its key, including those of the jurisdiction that it is ``like``."""
        own = {text(item, "key"): item for _, item in self.city.entries("jurisdictions")} if self.city else {}
        own.pop("", None)
        return {
            key: {"jurisdiction_id": text(item, "like") or key, **own.get(text(item, "like"), {}), **item}
            for key, item in own.items()
        }

    def belongs(self, item: dict[str, Any]) -> tuple[str, ...]:
        """Return the keys of the jurisdictions that an item belongs to.

        These are the jurisdictions that it names and those that are ``like`` them, or all if it names none.
        """
        named = item.get("jurisdictions")
        if not isinstance(named, list):
            return tuple(self.jurisdictions)
        return tuple(key for key, own in self.jurisdictions.items() if key in named or text(own, "like") in named)


def text(item: dict[str, Any], key: str) -> str:
    """Return the text under a key; empty if it is missing or not text, which the schema reports."""
    found = item.get(key)
    return found if isinstance(found, str) else ""


def texts(item: dict[str, Any], key: str) -> list[str]:
    """Return the texts of the list under a key; empty if it is missing or not a list, which the schema reports."""
    found = item.get(key)
    return [value for value in found if isinstance(value, str)] if isinstance(found, list) else []


def read_files(directory: Path) -> tuple[Files, list[Fault]]:
    """Read every file in a city's directory; return the files and the faults that were found in reading them."""
    faults: list[Fault] = []

    def read(name: str) -> Source | None:
        source, found = read_source(directory / name, name)
        faults.extend(found)
        return source

    def read_if_there(name: str) -> Source | None:
        return read(f"config/{name}.yaml") if (directory / f"config/{name}.yaml").exists() else None

    city, departments, boundaries = (read(f"config/{name}.yaml") for name in ("city", "departments", "boundaries"))
    # A city needs no routing rules (service definitions name the department), no reply templates, and no letters and
    # retention rules of its own.
    routing, replies, texts, privacy = map(read_if_there, ("routing", "replies", "texts", "privacy"))
    found = (directory / "service_definitions").rglob("*.y*ml")
    names = sorted(path.relative_to(directory).as_posix() for path in found)
    faults.extend(Fault(name, 1, "the file's name must end in .yaml") for name in names if name.endswith(".yml"))
    services = tuple(source for name in names if name.endswith(".yaml") and (source := read(name)))
    own = (city, departments, boundaries, routing, texts, privacy, replies, services)
    return Files(directory, *own, built_in=BuiltIn(_built_in("texts"), _built_in("privacy"))), faults


@cache
def _built_in(name: str) -> Source:
    source, faults = read_source(city_directory() / f"config/{name}.yaml", f"config/{name}.yaml")
    assert source is not None, faults
    return source
