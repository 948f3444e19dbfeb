"""JSON: a bare list of objects, or one object; codes and numbers of service requests are strings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from marshmallow import fields

from open311.wire.document import Degrees, Document, Many, Moment, One, Text, Words, described, is_optional

Convert = Callable[[Any], Any]
_MOMENTS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
"""Options by which orjson writes moments as ``write_moment`` does, a hundred times as fast."""


def compile_document(document: type[Document]) -> Callable[[Mapping[str, Any]], bytes]:
    """Make the function that writes one row as a JSON object."""
    build = _builder(document)
    return lambda row: orjson.dumps(build(row), option=_MOMENTS)


def read_document(document: type[Document], fragment: bytes) -> dict[str, Any]:
    """Read a JSON object back into the row that it was written from; moments are aware."""
    row: dict[str, Any] = orjson.loads(fragment)
    for name, field in described(document).items():
        if isinstance(field, Moment) and row.get(name):
            row[name] = datetime.fromisoformat(row[name])
    return row


def around(document: type[Document]) -> tuple[bytes, bytes]:
    """The bytes before and after the joined objects."""
    return (b"", b"") if document.alone else (b"[", b"]")


def merge(first: bytes, second: bytes, _: type[Document]) -> bytes:
    """One object with the fields of both."""
    return b"".join((first[:-1], b",", second[1:]))


def _builder(document: type[Document]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    known = described(document)
    names = list(known)
    converted = [(name, convert) for name, field in known.items() if (convert := _convert(field))]
    optional = [name for name, field in known.items() if is_optional(field)]

    def build(row: Mapping[str, Any]) -> dict[str, Any]:
        get = row.get
        built = {name: get(name) for name in names}
        for name in optional:
            if built[name] is None:
                del built[name]
        for name, convert in converted:
            if name in built:
                built[name] = convert(built[name])
        return built

    return build


def _convert(field: fields.Field[Any]) -> Convert | None:
    """The function that turns a value of a field into what orjson writes; None if the value can be written as it is."""
    if isinstance(field, Moment):
        return _in_utc
    if isinstance(field, Degrees):
        return lambda value: None if value is None else round(value, 7)
    if isinstance(field, Text) and field.known:
        return lambda value: "" if value is None else value
    if isinstance(field, Words) and not field.optional:
        return lambda words: words or []
    if isinstance(field, Many):
        inner = _builder(field.document)
        return lambda rows: [inner(row) for row in rows or ()]
    if isinstance(field, One):
        return _builder(field.document)
    return None


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo is UTC else moment.astimezone(UTC)
