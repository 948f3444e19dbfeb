"""What looks like personal data in words that everybody is going to read."""

from __future__ import annotations

from open311.adapters.personal_data import find_personal
from open311.catalog.city import Jurisdiction
from open311.domain.personal_data import Finding


def personal_in(jurisdiction: Jurisdiction, text: str | None) -> list[Finding]:
    """Return what looks like personal data in a text, in order; nothing where the city does not ask for it.

    What the city publishes itself, like the number of its call center, is left out.
    """
    if not text or not jurisdiction.holds_personal_data:
        return []
    return find_personal(text, jurisdiction.country, jurisdiction.published)
