"""Every kind of personal data, found by walking ``actions/privacy/kinds``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from open311.actions.privacy import kinds
from open311.actions.privacy.kind import Expiry, Kind
from open311.domain.retention import Span


def find_kinds() -> dict[str, Kind]:
    """Read the kind of every file, by the file's name without ``.py`` and in the order of the ranks."""
    names = [each.name for each in iter_modules(kinds.__path__)]
    found: dict[str, Kind] = {name: import_module(f"{kinds.__name__}.{name}").KIND for name in names}
    return dict(sorted(found.items(), key=lambda item: (item[1].rank, item[0])))


KINDS: dict[str, Kind] = find_kinds()
"""The kinds that there are, by the names of their files and in the order of their ranks."""

EXPIRIES: dict[str, Expiry] = {expiry.name: expiry for kind in KINDS.values() for expiry in kind.expiries}
"""What is forgotten by time, by its key in ``config/privacy.yaml``."""

SPANS: tuple[Span, ...] = tuple(expiry.span for expiry in EXPIRIES.values())
"""The spans that ``config/privacy.yaml`` has to name."""
