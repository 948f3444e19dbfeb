"""JSON: a bare list of objects, or the object alone; codes and numbers of requests are strings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from marshmallow import fields

from open311.domain.moment import write_moment
from open311.wire.document import Degrees, Document, Many, Moment, One, Text, described, is_optional

Convert = Callable[[Any], Any]


def compile_document(document: type[Document]) -> Callable[[Mapping[str, Any]], bytes]:
    """A function that writes one row as a JSON object."""
    build = _builder(document)
    return lambda row: orjson.dumps(build(row))


def around(document: type[Document]) -> tuple[bytes, bytes]:
    """What stands before and after the joined objects."""
    return (b"", b"") if document.alone else (b"[", b"]")


def merge(first: bytes, second: bytes, _: type[Document]) -> bytes:
    """One object with the fields of both."""
    return b"".join((first[:-1], b",", second[1:]))


def _builder(document: type[Document]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    parts = [(name, _convert(field), is_optional(field)) for name, field in described(document).items()]

    def build(row: Mapping[str, Any]) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for name, convert, optional in parts:
            value = row.get(name)
            if value is None and optional:
                continue
            built[name] = value if convert is None else convert(value)
        return built

    return build


def _convert(field: fields.Field[Any]) -> Convert | None:
    """What turns a value of this field into what orjson writes; none where it is written as it stands."""
    if isinstance(field, Moment):
        return write_moment
    if isinstance(field, Degrees):
        return lambda value: None if value is None else round(value, 7)
    if isinstance(field, Text) and field.known:
        return lambda value: "" if value is None else value
    if isinstance(field, Many):
        inner = _builder(field.document)
        return lambda rows: [inner(row) for row in rows or ()]
    if isinstance(field, One):
        return _builder(field.document)
    return None
