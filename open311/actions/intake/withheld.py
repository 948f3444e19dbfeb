"""Which texts of a new report wait for staff, because they look like personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from open311.actions.publications.personal import personal_in
from open311.catalog.city import Jurisdiction
from open311.domain.definition import Answer, Datatype
from open311.domain.draft import Draft
from open311.domain.personal_data import PersonalData

_WRITTEN = (Datatype.STRING, Datatype.TEXT)


def looks_personal(jurisdiction: Jurisdiction, draft: Draft, answers: Sequence[Answer]) -> dict[str, set[PersonalData]]:
    """Return the texts of a draft that everybody would read and that look like personal data, with what they look like.

    They are named ``description``, ``address`` and ``answer:CODE``. The report itself is public all the same: what it
    is about, where, and what becomes of it.
    """
    texts = {"description": draft.description, "address": draft.address or ""}
    texts |= {
        f"answer:{each.code}": " ".join(each.names) for each in answers if each.public and each.datatype in _WRITTEN
    }
    found = {name: {each.kind for each in personal_in(jurisdiction, text)} for name, text in texts.items()}
    return {name: kinds for name, kinds in found.items() if kinds}


def notice(found: Mapping[str, Set[PersonalData]]) -> str:
    """Return the sentence that tells a reporter what is withheld and why; empty if nothing is."""
    if not found:
        return ""
    listed = " and ".join(kind.one for kind in sorted(set[PersonalData]().union(*found.values())))
    what = (
        "your description" if "description" in found else "the address you typed" if "address" in found else "an answer"
    )
    return f"The report is public, but {what} is not yet: it looks like {listed}. Staff will look at it first."
