"""The pages behind links in messages. GET shows a page with a button (scanners of mail follow links), POST does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request
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
from open311.web.gate import Door
from open311.web.language import gettext as _
from open311.web.language import pick_language, speak
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("links", __name__)


@dataclass(frozen=True)
class Opened:
    """A link that holds: what it is about, and how to speak to who opened it."""

    what: dict[str, Any]
    jurisdiction: Jurisdiction

    @property
    def language(self) -> str:
        """The language that its follower asked for, as far as pages are translated into it."""
        return pick_language(self.jurisdiction, [self.what["language"] or ""])

    @property
    def followed(self) -> str:
        """What is followed, in words."""
        return followed_words(self.jurisdiction, self.what)

    def page(self, template: str, errors: dict[str, str] | None = None, status: int = 200, **what: Any) -> Response:
        """A page about it; ``errors`` says which field has what wrong."""
        return page(f"portal/{template}.html", errors, status, link=self.what, **what)

    def done(self, title: str, text: str) -> Response:
        """The page that says that it is done."""
        return self.page("done", title=title, text=text)


def _open(token: str, purpose: str) -> Opened:
    """The link; those that may be used again may.

    :raises UnknownLink: its time has passed, or its one use was had.
    """
    what = links.link(hashed(token), purpose)
    known = current_environment().city.jurisdictions.get(what["jurisdiction"]) if what else None
    if what is None or known is None or (what["used"] and purpose in ("answer", "fixed")):
        raise UnknownLink("this link is no longer valid")
    opened = Opened(what, known)
    speak(known, opened.language)
    return opened


def gone() -> Response:
    """The page for a link that does not hold; it does not say whether it ever did."""
    jurisdiction = current_environment().city.first
    speak(jurisdiction, pick_language(jurisdiction, request.accept_languages.values()))
    text = _("It was used already, or its time has passed. %(contact)s", contact=jurisdiction.contact)
    return page("portal/done.html", status=404, title=_("This link is no longer valid"), text=text)


@blueprint.errorhandler(UnknownLink)
def _gone(refusal: UnknownLink) -> Response:
    """Also where somebody presses a button twice, and the link was used by the first time."""
    return gone()


@blueprint.get("/follow/confirm/<token>", access=Door.PUBLIC)
@blueprint.get("/follow/end/<token>", access=Door.PUBLIC)
def ask(token: str) -> Response:
    """Ask before anything is changed."""
    purpose = "end" if request.path.startswith("/follow/end/") else "confirm"
    opened = _open(token, purpose)
    others = links.also_followed(hashed(token)) if purpose == "end" else []
    also = [{"uuid": each["uuid"], "words": followed_words(opened.jurisdiction, each)} for each in others]
    return opened.page("ask", purpose=purpose, followed=opened.followed, also=also)


@blueprint.post("/follow/confirm/<token>", access=Door.PUBLIC)
def say_yes(token: str) -> Response:
    """Write to this address from now on."""
    opened = _open(token, "confirm")
    confirm(token)
    text = _("You follow %(followed)s. You can close this page.", followed=opened.followed)
    return opened.done(_("We will write to you"), text)


@blueprint.post("/follow/end/<token>", access=Door.PUBLIC)
def stop(token: str) -> AnyResponse:
    """Write no more; mail programs do this with one click (RFC 8058), so nothing else is asked.

    The page ends other things too that the same address follows (``what``), and shows what is left.
    """
    opened = _open(token, "end")
    if what := request.form.get("what"):
        end_other(token, what)
        return redirect(request.path, 303)
    end(token)
    text = _("You no longer follow %(followed)s.", followed=opened.followed)
    return opened.done(_("We will not write again"), text)


@blueprint.get("/answer/<token>", access=Door.PUBLIC)
def question(token: str) -> Response:
    """The question of staff, and room for the answer."""
    return _open(token, "answer").page("answer", words="")


@blueprint.post("/answer/<token>", access=Door.PUBLIC)
def answer(token: str) -> Response:
    """Give the answer to staff."""
    opened = _open(token, "answer")
    words = request.form.get("words", "")
    if errors := _errors(words, needed=True):
        return opened.page("answer", errors, 422, words=words)
    answer_question(current_environment(), token, words)
    return opened.done(_("Thank you for the answer"), _("The people who work on the report have it now."))


@blueprint.get("/fixed/<token>", access=Door.PUBLIC)
def was_it_fixed(token: str) -> Response:
    """What the city said when it closed it, and two buttons."""
    return _open(token, "fixed").page("fixed", words="")


@blueprint.post("/fixed/<token>", access=Door.PUBLIC)
def fixed_or_not(token: str) -> Response:
    """Note it; "no" disputes the closing."""
    opened = _open(token, "fixed")
    said, words = request.form.get("fixed"), request.form.get("words", "")
    if said not in ("yes", "no"):
        return opened.page("fixed", status=422, words=words)
    if errors := _errors(words, needed=False):
        return opened.page("fixed", errors, 422, words=words)
    say_fixed(current_environment(), token, said == "yes", words)
    if said == "yes":
        return opened.done(_("Thank you"), _("We noted that it is fixed."))
    text = _("We noted that it is not fixed. Somebody decides whether the report is opened again; you will hear of it.")
    return opened.done(_("We look at it again"), text)


def _errors(words: str, *, needed: bool) -> dict[str, str]:
    """What is wrong with the words, for beside the field and the top of the page."""
    if needed and not words.strip():
        return {"words": _("Write an answer")}
    if len(words) > DESCRIPTION_LIMIT:
        return {"words": _("Write at most %(most)s characters", most=DESCRIPTION_LIMIT)}
    return {}
