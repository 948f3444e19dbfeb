"""Check a city's files against ``schemas/*.schema.json``, and describe faults for the person who edits them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped,unused-ignore]

from open311.catalog.faults import Fault
from open311.catalog.location import city_directory
from open311.catalog.source import Source, Where

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping of keys to values",
}


@lru_cache
def read_schema(name: str) -> dict[str, Any]:
    """Read one of the server's schemas; ``name`` is the file's name without ``.schema.json``."""
    text = (city_directory() / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@lru_cache
def _validator(name: str) -> Any:
    return Draft202012Validator(read_schema(name))


def check_shape(source: Source, schema: str | dict[str, Any]) -> list[Fault]:
    """Find every fault of a file by a schema, which is given by name or as a document."""
    validator = _validator(schema) if isinstance(schema, str) else Draft202012Validator(schema)
    return [
        source.fault(where, reason) for error in validator.iter_errors(source.data) for where, reason in _reasons(error)
    ]


def _reasons(error: ValidationError) -> Iterator[tuple[Where, str]]:
    """Yield a schema's faults in plain words; rare ones keep the words of the library."""
    where: Where = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known:
                    near = get_close_matches(key, known, 1)
                    hint = f"is {near[0]!r} meant?" if near else f"known are {_all(known)}"
                    yield (*where, key), f"unknown key; {hint}"
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            # The library reports each missing key by an error of its own, in this order.
            yield where, next(f"{key!r} is missing" for key in missing if error.message.startswith(repr(key)))
        case "type":
            quotes = error.validator_value == "string" and isinstance(error.instance, int | float)
            hint = ", so put it in quotes" if quotes else ""
            yield where, f"must be {_KINDS.get(error.validator_value, error.validator_value)}{hint}"
        case "enum":
            yield where, f"{error.instance!r} is not one of {_all(error.validator_value)}"
        case "pattern":
            examples = error.schema.get("examples")
            like = f"like {examples[0]!r}" if examples else f"like the pattern {error.validator_value}"
            yield where, f"{error.instance!r} is not {like}"
        case "minLength" | "minItems" | "minProperties":
            yield where, "must not be empty" if error.validator_value == 1 else error.message
        case "uniqueItems":
            yield where, "the same stands here twice"
        case _:
            yield where, error.message


def _all(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values)
