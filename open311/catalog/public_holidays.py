"""The public holidays of a country or region and the days on which they are observed, as the holidays library knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

Names = Mapping[date, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of some years, by day."""

    own: Names
    """On their own days, before any is moved."""
    kept: Names
    """As the law has them kept: moved, or on their own days and on a substitute day too."""
    labels: frozenset[str]
    """How the name of a substitute day is made of that of its holiday: ``%s (observed)``."""

    def substitutes(self) -> Iterator[tuple[date, str]]:
        """Yield the days of ``kept`` that stand in for others, each with its name."""
        for day, names in self.kept.items():
            for name in names:
                if name not in self.own.get(day, ()):
                    yield day, name

    def names_of(self, holiday: str) -> frozenset[str]:
        """Return all names that a holiday goes by: its own, and those of its substitute days."""
        return frozenset({holiday, *(label % holiday for label in self.labels)})


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str, language: str, years: range) -> PublicHolidays:
    """Return the holidays of some years; without a country, none.

    Names are in ``language``, or in the country's own where the library does not speak it; never in the process's.

    :raises ValueError: when the library does not know the country or region.
    """
    if not country:
        return PublicHolidays({}, {}, frozenset())
    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None, language="en_US")
    except NotImplementedError:
        raise ValueError(f"no holidays are known for {' '.join(filter(None, [country, subdivision]))}") from None
    spoken = _spoken(language, known.supported_languages, known.default_language or "en_US")
    own, kept = (
        holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=spoken, observed=observed)
        for observed in (False, True)
    )
    labels = (getattr(kept, f"observed_{kind}", None) for kind in ("label", "label_before", "estimated_label"))
    return PublicHolidays(
        own=_by_day(own, years),
        kept=_by_day(kept, years),
        labels=frozenset(kept.tr(label) for label in labels if label),
    )


def _by_day(found: holidays.HolidayBase, years: range) -> Names:
    return {day: tuple(found.get_list(day)) for day in sorted(found) if day.year in years}


def holiday_names(country: str, subdivision: str, language: str) -> frozenset[str]:
    """Return all names of holidays and substitute days that a country and region have in these years.

    :raises ValueError: when the library does not know the country or region.
    """
    found = public_holidays(country, subdivision, language, range(2020, 2030))
    return frozenset(name for days in (found.own, found.kept) for names in days.values() for name in names)


def _spoken(language: str, known: tuple[str, ...], default: str) -> str:
    """Return the library's tag for a language: ``en_GB`` for ``en`` in Great Britain."""
    wanted, base = language.replace("-", "_"), language.partition("-")[0]
    same = [each for each in (default, *known) if each.partition("_")[0] == base]
    return wanted if wanted in known else next(iter(same), default)
