"""The pages behind links in messages. GET shows a page with a button (scanners of mail follow links), POST does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.cases.answer import answer_question, say_fixed
from open311.actions.telling.follow import confirm, end, end_other
from open311.actions.telling.notify import followed_words
from open311.catalog.city import Jurisdiction
from open311.domain.draft import DESCRIPTION_LIMIT
from open311.domain.errors import UnknownLink
from open311.domain.secret import hashed
from open311.queries.telling import links
from open311.web.access import guard
from open311.web.pages import spoken

blueprint = Blueprint("links", __name__, template_folder="templates")
guard(blueprint)


@dataclass(frozen=True)
class Opened:
    """A link that holds: what it is about, and how to speak to who opened it."""

    what: dict[str, Any]
    jurisdiction: Jurisdiction

    @property
    def language(self) -> str:
        """The language that its follower asked for, as far as the city speaks it."""
        return self.jurisdiction.wordings.spoken(self.what["language"])

    @property
    def followed(self) -> str:
        """What is followed, in words."""
        return followed_words(self.jurisdiction, self.what)

    def page(self, template: str, errors: dict[str, str] | None = None, status: int = 200, **what: Any) -> Response:
        """A page about it; ``errors`` says which field has what wrong."""
        given = {"link": self.what, **what}
        return spoken(f"portal/{template}.html", self.jurisdiction, self.language, errors, status, **given)

    def done(self, name: str, **facts: str) -> Response:
        """The page that says that it is done."""
        return self.page("done", name=name, facts=facts)


def _open(token: str, purpose: str) -> Opened:
    """The link; those that may be used again may.

    :raises UnknownLink: its time has passed, or its one use was had.
    """
    what = links.link(hashed(token), purpose)
    known = current_environment().city.jurisdictions.get(what["jurisdiction"]) if what else None
    if what is None or known is None or (what["used"] and purpose in ("answer", "fixed")):
        raise UnknownLink("this link is no longer valid")
    return Opened(what, known)


def gone() -> Response:
    """The page for a link that does not hold; it does not say whether it ever did."""
    jurisdiction = current_environment().city.first
    language = jurisdiction.wordings.best(request.accept_languages.values())
    facts = {"contact": jurisdiction.contact}
    return spoken("portal/done.html", jurisdiction, language, status=404, name="gone", facts=facts)


@blueprint.errorhandler(UnknownLink)
def _gone(_: UnknownLink) -> Response:
    """Also where somebody presses a button twice, and the link was used by the first time."""
    return gone()


@blueprint.get("/follow/confirm/<token>")
@blueprint.get("/follow/end/<token>")
def ask(token: str) -> Response:
    """Ask before anything is changed."""
    purpose = "end" if request.path.startswith("/follow/end/") else "confirm"
    opened = _open(token, purpose)
    others = links.also_followed(hashed(token)) if purpose == "end" else []
    also = [{"uuid": each["uuid"], "words": followed_words(opened.jurisdiction, each)} for each in others]
    return opened.page("ask", name=purpose, followed=opened.followed, also=also)


@blueprint.post("/follow/confirm/<token>")
def say_yes(token: str) -> Response:
    """Write to this address from now on."""
    opened = _open(token, "confirm")
    confirm(token)
    return opened.done("confirmed", followed=opened.followed)


@blueprint.post("/follow/end/<token>")
def stop(token: str) -> AnyResponse:
    """Write no more; mail programs do this with one click (RFC 8058), so nothing else is asked.

    The page ends other things too that the same address follows (``what``), and shows what is left.
    """
    opened = _open(token, "end")
    if what := request.form.get("what"):
        end_other(token, what)
        return redirect(request.path, 303)
    end(token)
    return opened.done("ended", followed=opened.followed)


@blueprint.get("/answer/<token>")
def question(token: str) -> Response:
    """The question of staff, and room for the answer."""
    return _open(token, "answer").page("answer", words="")


@blueprint.post("/answer/<token>")
def answer(token: str) -> Response:
    """Give the answer to staff."""
    opened = _open(token, "answer")
    words = request.form.get("words", "")
    if errors := _errors(opened, words, needed=True):
        return opened.page("answer", errors, 422, words=words)
    answer_question(current_environment(), token, words)
    return opened.done("answered")


@blueprint.get("/fixed/<token>")
def was_it_fixed(token: str) -> Response:
    """What the city said when it closed it, and two buttons."""
    return _open(token, "fixed").page("fixed", words="")


@blueprint.post("/fixed/<token>")
def fixed_or_not(token: str) -> Response:
    """Note it; "no" disputes the closing."""
    opened = _open(token, "fixed")
    said, words = request.form.get("fixed"), request.form.get("words", "")
    if said not in ("yes", "no"):
        return opened.page("fixed", status=422, words=words)
    if errors := _errors(opened, words, needed=False):
        return opened.page("fixed", errors, 422, words=words)
    say_fixed(current_environment(), token, said == "yes", words)
    return opened.done(f"fixed_{said}")


def _errors(opened: Opened, words: str, *, needed: bool) -> dict[str, str]:
    """What is wrong with the words, for beside the field and the top of the page."""
    say = opened.jurisdiction.wordings.say
    if needed and not words.strip():
        return {"words": say("answer_missing", opened.language)}
    if len(words) > DESCRIPTION_LIMIT:
        return {"words": say("too_long", opened.language, most=str(DESCRIPTION_LIMIT))}
    return {}
