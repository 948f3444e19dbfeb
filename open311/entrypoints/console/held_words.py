"""Words of a case that look like personal data: what the page shows of them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.actor import Actor
from open311.actions.base.environment import Environment, current_environment
from open311.actions.cases.held_words import hold_words, publish_words, remove_personal
from open311.actions.publications.personal import personal_in
from open311.domain.case_ref import CaseRef
from open311.domain.errors import InvalidArgument
from open311.domain.personal_data import PersonalData, pieces
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint, city
from open311.entrypoints.console.desk import case_in_hand, ref
from open311.queries.cases.case_file import CaseFile
from open311.queries.cases.held_words import original_words, public_texts
from open311.web.gate import me

Decide = Callable[[Environment, CaseRef, Actor], None]
DECISIONS: dict[str, tuple[Decide, str]] = {
    "publish": (publish_words, "Published as it was written"),
    "remove": (remove_personal, "The marked words were removed, and the rest is public"),
    "hold": (hold_words, "What looks like personal data is not public anymore"),
}
"""What can be decided, by the value of its button, and what the page says when it is done."""


@dataclass(frozen=True)
class HeldWords:
    """What looks like personal data in the public texts of a case."""

    texts: list[tuple[str, list[tuple[str, PersonalData | None]]]]
    """What each text is, and its pieces, each with what it looks like."""
    withheld: bool
    """Whether it waits for staff; if not, everybody can read it."""
    removed: bool
    """Whether something was removed that can be put back."""

    @property
    def looks_like(self) -> list[str]:
        """What was found, each once, in words."""
        return sorted({kind.one for _, cut in self.texts for _, kind in cut if kind})


def held_words(found: CaseFile) -> HeldWords:
    """Find what looks like personal data in a case."""
    texts = []
    for field, text in public_texts(found.facts.key).items():
        if findings := personal_in(city(), text):
            texts.append((_label(found, field), pieces(text, findings)))
    return HeldWords(texts, bool(found.facts.withheld), bool(original_words(found.facts.key)))


def _label(found: CaseFile, field: str) -> str:
    kind, _, code = field.partition(":")
    service = city().services.get(found.facts.service_code)
    asked = {each.code: each.description for each in service.attributes} if service else {}
    return asked.get(code, code) if kind == "answer" else kind.capitalize()


@blueprint.post("/r/<number:number>/words", access=Act.MODERATE, shown_on="console.case")
def words(number: str) -> AnyResponse:
    """Publish what was written, remove the marked words, or hold them back."""
    case = case_in_hand(number, Act.MODERATE)
    decision = DECISIONS.get(request.form.get("do", ""))
    if decision is None:
        raise InvalidArgument("Choose what is to become of the words")
    act, said = decision
    act(current_environment(), ref(case), me().actor)
    flash(said)
    return redirect(url_for("console.case", number=number, list=request.form.get("list") or None), 303)
