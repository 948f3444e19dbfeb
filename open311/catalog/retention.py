"""``config/privacy.yaml``: from the file to the rules of retention, and what no schema can say of it."""

from __future__ import annotations

from collections.abc import Iterator

from open311.catalog.faults import Fault
from open311.catalog.files import Files, text
from open311.catalog.source import Source
from open311.domain.retention import Kind, Retention, Rule


def build_retention(source: Source | None) -> Retention:
    """The rules of a checked file."""
    keep = source.data["keep"] if source else {}
    return Retention({Kind(name): Rule(rule["days"], rule.get("services", {})) for name, rule in keep.items()})


def check_privacy(files: Files, source: Source) -> Iterator[Fault]:
    """Services that do not exist."""
    keep = source.data.get("keep") if isinstance(source.data, dict) else None
    codes = {text(each.data, "service_code") for each in files.services if isinstance(each.data, dict)}
    for name, rule in keep.items() if isinstance(keep, dict) else ():
        services = rule.get("services") if isinstance(rule, dict) else None
        for code in services if isinstance(services, dict) else ():
            if code not in codes:
                yield source.fault(("keep", name, "services", code), f"there is no service {code!r}")
