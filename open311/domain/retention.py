"""How many days data about people is kept: the spans there are, a city's rule for each, and what is due at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """A key of ``config/privacy.yaml``: data that is forgotten by a rule of its own."""

    name: str
    after_closing: bool = False
    """Whether days count from the last closing of the service request. Such data is kept while the service request is
    open or disputed, however old it is, and a city may name other days for single services."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A city's days for one span, and other days for single services by ``service_code``."""

    days: int
    services: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cut:
    """The moments before which data is due to be forgotten: in general, and for services with days of their own."""

    before: datetime
    services: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retention:
    """The rules of a city by the name of their span, in the order of the file. A span without a rule is kept."""

    rules: Mapping[str, Rule] = field(default_factory=dict)

    def cut(self, span: str, now: datetime) -> Cut | None:
        """Return what of a span is due now, or None where it is kept for good."""
        rule = self.rules.get(span)
        if rule is None:
            return None
        services = {code: now - timedelta(days=days) for code, days in rule.services.items()}
        return Cut(now - timedelta(days=rule.days), services)
