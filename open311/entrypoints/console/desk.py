"""What pages about one case share: the case in hand, the letter before it is sent, what others did meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, flash, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import Environment, current_environment
from open311.actions.base.idempotency import Once
from open311.actions.telling.preview import Preview, preview_of
from open311.domain.case_ref import CaseRef
from open311.domain.errors import Conflict, NotAllowed, Refusal, UnknownServiceRequest
from open311.domain.photo import StoredPhoto
from open311.domain.roles import Act, may
from open311.entrypoints.console import acting_words as speech
from open311.entrypoints.console.blueprint import city
from open311.queries.cases.in_hand import CaseInHand, cases_in_hand, meanwhile
from open311.web import failures
from open311.web.gate import me
from open311.web.shell import page
from open311.web.site import read_key


def case_in_hand(number: str, act: Act) -> CaseInHand:
    """The case that a page is about.

    :raises UnknownServiceRequest: there is none.
    :raises NotAllowed: no grant of whoever looks reaches so far.
    """
    found = cases_in_hand([number], city().key)
    if not found:
        raise UnknownServiceRequest(f"There is no service request {number}")
    if not may(me().grants, act, found[0].scope):
        raise NotAllowed(f"Your role does not reach service request {number}")
    return found[0]


def acting_page(template: str, case: CaseInHand, errors: dict[str, str] | None = None, **values: Any) -> Response:
    """A page on which somebody acts on a case."""
    return page(f"console/{template}.html", errors, case=case, city=city(), speech=speech, **values)


def done(case: CaseInHand, said: str) -> AnyResponse:
    """Back to the case, which says what was done."""
    flash(said)
    return redirect(url_for("console.case", number=case.number), 303)


def refused(refusal: Refusal) -> str:
    """A refusal as it stands beside a field."""
    said = failures.sentence(refusal)
    return said[:1].upper() + said[1:]


Show = Callable[..., Response]
"""Makes the page anew: ``show(case, errors, status=..., **what the page shows besides)``."""


def act_once_seen(
    case: CaseInHand, act: Callable[[Environment], object], asked: object, show: Show, *, field: str, said: str
) -> AnyResponse:
    """Show what an act is going to tell people, and do it once that was seen.

    ``asked`` is all that the act depends on: what is changed after the preview is shown anew before it is sent. Where
    somebody else changed the case meanwhile, the page says what they did, and the form keeps what was typed.
    """
    seal = hashlib.sha256(repr(asked).encode()).hexdigest()
    try:
        if request.form.get("do") == "send" and request.form.get("seen") == seal:
            act(current_environment())
            return done(case, said)
        preview = preview_of(current_environment(), act)
    except NotAllowed:
        raise
    except Conflict:
        return show(anew(case), {}, status=409, others=meanwhile(case.key, newest()))
    except Refusal as refusal:
        return show(case, {field: refused(refusal)}, status=failures.status_of(refusal))
    return show(case, {}, preview=preview, seal=seal, told=heard(case, preview))


def once_only(*what: object) -> Once:
    """So that a button that is pressed twice does it once: the same of the same person is done already.

    The same from a form that was made later is meant: it knows of a newer entry of the history.
    """
    digest = hashlib.sha256(repr((newest(), *what)).encode()).digest()
    return Once(f"account:{me().account}:{digest.hex()}", digest)


def anew(case: CaseInHand) -> CaseInHand:
    """The case as it is now."""
    return cases_in_hand([case.number], case.jurisdiction)[0]


def newest() -> int:
    """The last entry of the history that the form was made from."""
    return read_key(request.form.get("newest", "")) or 0


def ref(case: CaseInHand) -> CaseRef:
    """The case, in the version that the form was made from; a form without one was made from none."""
    given = request.form.get("version", "")
    return CaseRef(case.jurisdiction, case.number, int(given) if given.isdecimal() and len(given) <= 9 else 0)


def heard(case: CaseInHand, preview: Preview) -> dict[str, Any]:
    """The letters of a preview for a page: one to read first, who else gets it, and the others."""
    ordered = sorted(
        preview.messages.items(), key=lambda item: (item[0].number != case.number, not item[0].reporter, -item[1])
    )
    letters = list(dict.fromkeys((word.letter, word.number, word.reporter) for word, _ in ordered))
    return {
        "public": preview.public,
        "letters": letters,
        "receivers": [(speech.receiver(word, case.number), count) for word, count in ordered],
    }


def keep_photos(photos: tuple[StoredPhoto, ...]) -> str:
    """Photos as a field of the form that a preview sends along; nobody can make one of files they only know of."""
    plain = [[photo.file, photo.thumbnail, photo.width, photo.height] for photo in photos]
    return str(_signer().dumps([me().account, plain])) if photos else ""


def kept_photos() -> tuple[StoredPhoto, ...]:
    """The photos that an earlier step of this form brought."""
    try:
        account, plain = _signer().loads(request.form.get("kept", ""))
    except BadSignature:
        return ()
    return tuple(StoredPhoto(*each) for each in plain) if account == me().account else ()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="photos")
