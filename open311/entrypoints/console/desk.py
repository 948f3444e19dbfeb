"""What pages about one case share: the case, the letters before they are sent, what others did meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment, current_environment
from open311.actions.base.idempotency import Once
from open311.actions.telling.preview import Preview, preview_of
from open311.domain.case_ref import CaseRef
from open311.domain.errors import Conflict, NotAllowed, UnknownServiceRequest
from open311.domain.roles import Act
from open311.entrypoints.console import acting_words as speech
from open311.entrypoints.console.blueprint import city
from open311.queries.cases.in_hand import CaseInHand, cases_in_hand, meanwhile
from open311.queries.cases.shown import summary
from open311.web.fields import Field
from open311.web.forms import Form, answer, form_page
from open311.web.gate import me
from open311.web.keys import read_key
from open311.wire.letter import Letter


def case_in_hand(number: str, act: Act) -> CaseInHand:
    """The case that a page is about.

    :raises UnknownServiceRequest: when there is no such case.
    :raises NotAllowed: when no grant of whoever looks allows the act on it.
    """
    for found in cases_in_hand([number], city().key, me().grants, act):
        return found
    if summary(city().key, number) is None:
        raise UnknownServiceRequest(f"There is no service request {number}")
    raise NotAllowed(f"Your role does not reach service request {number}")


def acting_page(template: str, case: CaseInHand, form: Form, **values: Any) -> Response:
    """The page with the form of an act on a case. It knows from which list the case was opened (``list``)."""
    opened_from = list_opened_from()
    here = url_for(str(request.endpoint), **request.view_args or {}, list=opened_from)
    known: dict[str, Any] = {"case": case, "city": city(), "speech": speech, "list": opened_from, "here": here}
    seen = read_key(form.given.get("newest", "")) if form.kept else None
    if seen is not None and seen < case.newest:
        known["others"] = meanwhile(case.key, seen)
    return form_page(f"console/{template}.html", form, **{**known, **values})


def list_opened_from() -> str | None:
    """The query of the list from which a case was opened; every link and form about the case carries it along."""
    return request.args.get("list") or None


def done(case: CaseInHand, said: str) -> AnyResponse:
    """Redirect to the case, which shows ``said`` once."""
    flash(said)
    return redirect(url_for("console.case", number=case.number, list=list_opened_from()), 303)


Show = Callable[..., Response]
"""Makes the page of an act: ``show(case, form, **what the page shows besides)``."""


def answer_about(
    case: CaseInHand, form: Form, act: Callable[[], AnyResponse], show: Show, *, at: Field[Any] | str
) -> AnyResponse:
    """Answer a form about a case (``web/forms.answer``).

    Where somebody else changed the case meanwhile, the page says what they did, and the form keeps what was typed.
    """

    def shown(form: Form) -> Response:
        if not isinstance(form.refusal, Conflict):
            return show(case, form)
        form.errors.clear()
        return show(case_now(case), form, others=meanwhile(case.key, newest_entry()))

    return answer(form, act, shown, at=at)


def act_once_seen(
    case: CaseInHand,
    form: Form,
    act: Callable[[Environment], object],
    asked: object,
    show: Show,
    *,
    at: Field[Any] | str,
    said: str,
) -> AnyResponse:
    """Show what an act is going to tell people, and do it once that was seen.

    :param asked: everything that the act depends on. What is changed after the preview is shown anew before it is sent.
    :param said: what the page of the case says when it is done.
    """
    seal = hashlib.sha256(repr(asked).encode()).hexdigest()

    def preview_or_do() -> AnyResponse:
        if request.form.get("do") == "send" and request.form.get("seen") == seal:
            act(current_environment())
            return done(case, said)
        preview = preview_of(current_environment(), act)
        return show(case, form, preview=LettersPreview.of(case, preview), seal=seal)

    return answer_about(case, form, preview_or_do, show, at=at)


def once_only(*what: object) -> Once:
    """Make a button that is pressed twice act once: the same person asked for the same already.

    The same from a form that was opened later is meant again: it knows of a newer entry of the history.
    """
    digest = hashlib.sha256(repr((newest_entry(), *what)).encode()).digest()
    return Once(f"account:{me().account}:{digest.hex()}", digest)


def case_now(case: CaseInHand) -> CaseInHand:
    """The case, read again."""
    return case_in_hand(case.number, Act.READ)


def newest_entry() -> int:
    """The key of the last entry of the history that the form was made from."""
    return read_key(request.form.get("newest", "")) or 0


def ref(case: CaseInHand) -> CaseRef:
    """The case in the version that the form was made from. Without one in the form, every act is refused as late."""
    given = request.form.get("version", "")
    return CaseRef(case.jurisdiction, case.number, int(given) if given.isdecimal() and len(given) <= 9 else 0)


@dataclass(frozen=True, slots=True)
class LettersPreview:
    """The letters that an act is going to send, as a page shows them."""

    public: bool
    """Whether something will stand on the public page."""
    tells_reporter: bool
    letters: list[Letter]
    """Each different letter once; first the one to this case's own reporter."""
    receivers: list[tuple[str, int]]
    """Who gets one, in words, and how many of them."""
    elsewhere: int
    """How many get one about a service request that whoever looks may not read."""

    @classmethod
    def of(cls, case: CaseInHand, preview: Preview) -> LettersPreview:
        """The letters of an act on this case; of those about other cases, the ones that may be read."""
        others = {each.number for each in preview.messages} - {case.number}
        readable = cases_in_hand(list(others), case.jurisdiction, me().grants, Act.READ)
        shown = {case.number, *(each.number for each in readable)}
        ordered = sorted(
            ((each, count) for each, count in preview.messages.items() if each.number in shown),
            key=lambda item: (item[0].number != case.number, not item[0].reporter, -item[1]),
        )
        letters = dict.fromkeys((each.letter, each.number, each.reporter) for each, _ in ordered)
        return cls(
            public=preview.public,
            tells_reporter=preview.tells_reporter,
            letters=[letter for letter, _, _ in letters],
            receivers=[(speech.receiver(each, case.number), count) for each, count in ordered],
            elsewhere=sum(count for each, count in preview.messages.items() if each.number not in shown),
        )
