"""The pages behind links in messages: GET only shows a button, because mail scanners follow links; POST acts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.cases.answer import answer_question, say_fixed
from open311.actions.telling.consent import confirm, end, end_other
from open311.catalog.city import Jurisdiction
from open311.domain.errors import UnknownLink
from open311.domain.link import LinkPurpose
from open311.domain.secret import hashed
from open311.queries.telling.links import OpenedLink, also_followed, opened_link
from open311.queries.telling.words import followed_words
from open311.web import fields
from open311.web.forms import Form, answer, form_page
from open311.web.gate import Door
from open311.web.language import N_, pick_language, speak
from open311.web.language import gettext as _
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("links", __name__)

ANSWER = fields.text("words", missing=N_("Write an answer"))
COMMENT = fields.text("words")
FIXED = fields.choice("fixed", ("yes", "no"), missing=N_("Press one of the two buttons"))


@dataclass(frozen=True)
class Opened:
    """A link that can be used: what it is about, and how to address whoever opened it."""

    link: OpenedLink
    jurisdiction: Jurisdiction

    @property
    def language(self) -> str:
        """The language that the follower asked for, or another if pages are not translated into it."""
        return pick_language(self.jurisdiction, [self.link.language or ""])

    @property
    def followed(self) -> str:
        """What is followed, in words."""
        return followed_words(self.jurisdiction, self.link.language, self.link.target, self.link.number)

    def page(self, template: str, **what: Any) -> Response:
        """A page about it."""
        return page(f"portal/{template}.html", link=self.link, **what)

    def form(self, template: str, form: Form) -> Response:
        """A page with a form about it."""
        return form_page(f"portal/{template}.html", form, link=self.link)

    def done(self, title: str, text: str) -> Response:
        """Return the page that says what was done."""
        return self.page("done", title=title, text=text)


def _open(token: str, purpose: LinkPurpose) -> Opened:
    """Return the link that a token is of.

    :raises UnknownLink: when it is unknown or has expired, or was used and its purpose is not reusable.
    """
    link = opened_link(hashed(token), purpose)
    known = current_environment().city.jurisdictions.get(link.jurisdiction) if link else None
    if link is None or known is None or (link.used and not purpose.kind.reusable):
        raise UnknownLink("this link is no longer valid")
    opened = Opened(link, known)
    speak(known, opened.language)
    return opened


def _spoken_city() -> Jurisdiction:
    """Return the first city, in the language of whoever asks: nothing that was asked for says another."""
    jurisdiction = current_environment().city.first
    speak(jurisdiction, pick_language(jurisdiction, request.accept_languages.values()))
    return jurisdiction


def gone() -> Response:
    """Return the page for a link that is not valid; it does not say whether it ever was."""
    jurisdiction = _spoken_city()
    text = _(
        "It was used or its time has passed, so that it is no longer valid, or a part of it is missing. %(contact)s",
        contact=jurisdiction.contact,
    )
    return page("portal/done.html", status=404, title=_("This link is not valid"), text=text)


def no_such_report() -> Response:
    """Return the page for a number that is no public report's; it does not say whether there is a report at all."""
    jurisdiction = _spoken_city()
    text = _(
        "Look at the number again: it stands in each message about the report. %(contact)s",
        contact=jurisdiction.contact,
    )
    return page("portal/done.html", status=404, title=_("We have no public report with this number"), text=text)


@blueprint.errorhandler(UnknownLink)
def _gone(refusal: UnknownLink) -> Response:
    """Answer for an unknown link, also when a button was pressed twice and the first press used the link up."""
    return gone()


@blueprint.get("/follow/confirm/<token>", access=Door.PUBLIC)
@blueprint.get("/follow/end/<token>", access=Door.PUBLIC)
def ask(token: str) -> Response:
    """Ask before anything is changed."""
    purpose = LinkPurpose.END if request.path.startswith("/follow/end/") else LinkPurpose.CONFIRM
    opened = _open(token, purpose)
    others = also_followed(hashed(token)) if purpose is LinkPurpose.END else []
    also = [
        {"uuid": each.uuid, "words": followed_words(opened.jurisdiction, each.language, each.target, each.number)}
        for each in others
    ]
    return opened.page("ask", purpose=str(purpose), followed=opened.followed, also=also)


@blueprint.post("/follow/confirm/<token>", access=Door.PUBLIC)
def say_yes(token: str) -> Response:
    """Confirm the address, so that it is told from now on."""
    opened = _open(token, LinkPurpose.CONFIRM)
    confirm(token)
    text = _("You follow %(followed)s. You can close this page.", followed=opened.followed)
    return opened.done(_("We will write to you"), text)


@blueprint.post("/follow/end/<token>", access=Door.PUBLIC)
def stop(token: str) -> AnyResponse:
    """Stop writing. Mail programs do this with one click (RFC 8058), so nothing else is asked.

    The page also ends other things that the same address follows (``what``), and then shows what is left.
    """
    opened = _open(token, LinkPurpose.END)
    if what := request.form.get("what"):
        end_other(token, what)
        return redirect(request.path, 303)
    end(token)
    text = _("You no longer follow %(followed)s.", followed=opened.followed)
    return opened.done(_("We will not write again"), text)


@blueprint.route("/answer/<token>", methods=["GET", "POST"], access=Door.PUBLIC)
def question(token: str) -> AnyResponse:
    """The question of staff, and room for the answer, which goes to staff."""
    opened, form = _open(token, LinkPurpose.ANSWER), Form.of_request(ANSWER)

    def act() -> Response:
        answer_question(current_environment(), token, form[ANSWER])
        return opened.done(_("Thank you for the answer"), _("The people who work on the report have it now."))

    return answer(form, act, partial(opened.form, "answer"), at=ANSWER)


@blueprint.route("/fixed/<token>", methods=["GET", "POST"], access=Door.PUBLIC)
def was_it_fixed(token: str) -> AnyResponse:
    """What the city said when it closed it, and two buttons; "no" disputes the closing."""
    opened, form = _open(token, LinkPurpose.FIXED), Form.of_request(FIXED, COMMENT)

    def act() -> Response:
        fixed = form[FIXED] == "yes"
        say_fixed(current_environment(), token, fixed, form[COMMENT])
        if fixed:
            return opened.done(_("Thank you"), _("We noted that it is fixed."))
        text = _(
            "We noted that it is not fixed. Somebody decides whether the report is opened again; you will hear of it."
        )
        return opened.done(_("We look at it again"), text)

    return answer(form, act, partial(opened.form, "fixed"), at=COMMENT)
