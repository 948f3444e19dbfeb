"""How pages speak: in one language, read from one side, with the city's own phrases."""

from __future__ import annotations

from typing import Any

from open311.catalog.city import Jurisdiction

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def voice(jurisdiction: Jurisdiction, language: str) -> dict[str, Any]:
    """What templates need for that."""

    def say(phrase: str, /, **facts: str) -> str:
        return jurisdiction.wordings.say(phrase, language, **facts)

    direction = "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    return {"jurisdiction": jurisdiction, "language": language, "direction": direction, "say": say}
