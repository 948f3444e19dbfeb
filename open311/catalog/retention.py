"""``config/privacy.yaml``: checked against the spans that the server knows, and made into the city's rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from open311.catalog.faults import Fault
from open311.catalog.files import Files, text
from open311.catalog.shape import check_shape, read_schema
from open311.catalog.source import Source
from open311.domain.retention import Retention, Rule, Span


def build_retention(source: Source | None) -> Retention:
    """Make the rules of a file that was checked."""
    keep = source.data["keep"] if source else {}
    return Retention({name: Rule(rule["days"], rule.get("services", {})) for name, rule in keep.items()})


def check_spans(source: Source, spans: Iterable[Span]) -> list[Fault]:
    """Find faults of the file's shape, and spans that are missing or unknown; without ``spans`` any will do."""
    return check_shape(source, _schema(tuple(spans)))


def check_services_of_spans(files: Files, source: Source) -> Iterator[Fault]:
    """Find services with days of their own that the city does not have."""
    keep = source.data.get("keep") if isinstance(source.data, dict) else None
    codes = {text(each.data, "service_code") for each in files.services if isinstance(each.data, dict)}
    for name, rule in keep.items() if isinstance(keep, dict) else ():
        services = rule.get("services") if isinstance(rule, dict) else None
        for code in services if isinstance(services, dict) else ():
            if code not in codes:
                yield source.fault(("keep", name, "services", code), f"there is no service {code!r}")


def _schema(spans: tuple[Span, ...]) -> dict[str, Any]:
    """``privacy.schema.json``, which names no span, with one required property for each."""
    schema = read_schema("privacy")
    if not spans:
        return schema
    keep = {
        **schema["properties"]["keep"],
        "additionalProperties": False,
        "required": [span.name for span in spans],
        "properties": {
            span.name: {"$ref": f"#/$defs/{'after_closing' if span.after_closing else 'span'}"} for span in spans
        },
    }
    return {**schema, "properties": {**schema["properties"], "keep": keep}}
