"""Retention rules, ``config/privacy.yaml``: check them against the spans that the server knows, and build them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from open311.catalog.faults import Fault
from open311.catalog.files import Files, text
from open311.catalog.shape import check_shape, read_schema
from open311.catalog.source import Source
from open311.domain.retention import Retention, Rule, Span


def build_retention(files: Files) -> Retention:
    """Build the retention rules from the checked file; a span that it lacks has the server's own days."""
    own = _own_spans(files)
    keep = {**own, **{name: rule for name, rule in files.built_in.privacy.data["keep"].items() if name not in own}}
    return Retention({name: Rule(rule["days"], rule.get("services", {})) for name, rule in keep.items()})


def _own_spans(files: Files) -> dict[str, Any]:
    return files.privacy.data.get("keep", {}) if files.privacy else {}


def holds_personal_data(source: Source | None) -> bool:
    """Whether words that look like personal data wait for staff; they do unless the file says no."""
    return bool(source.data.get("hold_personal_data", True)) if source else True


def check_spans(source: Source, spans: Iterable[Span]) -> list[Fault]:
    """Find faults in the file's shape, and spans that are unknown; without ``spans``, any are accepted."""
    return check_shape(source, _schema(tuple(spans)))


def remarks_on_retention(files: Files) -> Iterator[Fault]:
    """Find the spans that the city's file lacks."""
    source, own = files.privacy, _own_spans(files)
    for name, rule in files.built_in.privacy.data["keep"].items() if source else ():
        if source and name not in own:
            yield source.fault(("keep",), f"{name!r} is missing, so it is kept as the server does: {rule['days']} days")


def check_services_of_spans(files: Files, source: Source) -> Iterator[Fault]:
    """Find rules for services that the city does not have."""
    keep = source.data.get("keep") if isinstance(source.data, dict) else None
    codes = {text(each.data, "service_code") for each in files.services if isinstance(each.data, dict)}
    for name, rule in keep.items() if isinstance(keep, dict) else ():
        services = rule.get("services") if isinstance(rule, dict) else None
        for code in services if isinstance(services, dict) else ():
            if code not in codes:
                yield source.fault(("keep", name, "services", code), f"there is no service {code!r}")


def _schema(spans: tuple[Span, ...]) -> dict[str, Any]:
    """Return ``privacy.schema.json``, which names no span, with a property added for each span."""
    schema = read_schema("privacy")
    if not spans:
        return schema
    keep = {
        **schema["properties"]["keep"],
        "additionalProperties": False,
        "properties": {
            span.name: {"$ref": f"#/$defs/{'after_closing' if span.after_closing else 'span'}"} for span in spans
        },
    }
    return {**schema, "properties": {**schema["properties"], "keep": keep}}
