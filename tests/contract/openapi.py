"""``schemas/openapi.yaml`` and the JSON Schema beside it, as tests read them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from referencing import Registry, Resource

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@cache
def openapi() -> dict[str, Any]:
    described_api: dict[str, Any] = yaml.safe_load((SCHEMAS / "openapi.yaml").read_text("utf-8"))
    return described_api


@cache
def json_schema() -> dict[str, Any]:
    return yaml.safe_load((SCHEMAS / "georeport-v2.schema.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def registry() -> Registry[Any]:
    return Registry().with_resources(
        [
            ("georeport-v2.schema.json", Resource.from_contents(json_schema())),
            ("openapi.yaml", Resource.from_contents({"$schema": json_schema()["$schema"], **openapi()})),
        ]
    )


def followed(thing: Any) -> Any:
    """The object itself, or what it refers to inside openapi.yaml."""
    if "$ref" not in thing:
        return thing
    assert set(thing) == {"$ref"}, thing
    return registry().resolver("openapi.yaml").lookup(thing["$ref"]).contents


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in openapi()["paths"].items():
        for method in ("get", "post"):
            if method in item:
                yield path, method, item[method]


def references(thing: Any) -> Iterator[str]:
    if isinstance(thing, dict):
        if isinstance(thing.get("$ref"), str):
            yield thing["$ref"]
        for each in thing.values():
            yield from references(each)
    elif isinstance(thing, list):
        for each in thing:
            yield from references(each)
