"""The pages for following a service request, a service or a boundary: each asks what, and for an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, request

from open311.actions.base.environment import current_environment
from open311.actions.base.write_limits import count_try
from open311.actions.telling import follow
from open311.adapters.push import Browser
from open311.catalog.city import Jurisdiction
from open311.domain.contact import email_address
from open311.domain.errors import InvalidArgument, NotAllowed, Refusal, TooManyRequests
from open311.domain.exposure import Publishing
from open311.entrypoints.portal.links import gone
from open311.queries.places import boundaries
from open311.queries.telling.targets import public_request
from open311.web.assets import files
from open311.web.forgery import from_our_page
from open311.web.gate import Door
from open311.web.language import gettext as _
from open311.web.language import pick_language, speak
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("following", __name__)

WINDOW_SECONDS = 3600
MAX_ASKED_PER_WINDOW = 20
"""How many addresses one network address may have us ask in that time."""


@dataclass(frozen=True)
class Wish:
    """What somebody who wants to follow something has sent so far, and the language to answer in."""

    jurisdiction: Jurisdiction
    language: str
    """The language of letters to them; pages may be translated into others."""
    email: str
    daily: bool

    @classmethod
    def of(cls, jurisdiction: Jurisdiction) -> Wish:
        """Read the form and the languages of the current HTTP request."""
        wanted = list(request.accept_languages.values())
        speak(jurisdiction, pick_language(jurisdiction, wanted))
        language = jurisdiction.wordings.best(wanted)
        return cls(jurisdiction, language, request.form.get("email", ""), request.form.get("daily") == "yes")

    def page(self, template: str, errors: dict[str, str] | None = None, **what: Any) -> Response:
        """Return the page with the form; ``errors`` says by field what is wrong."""
        status = 422 if errors else 200
        push = current_environment().push
        given = {"email": self.email, "daily": self.daily, "push_key": push and push.public_key, **what}
        return page(f"portal/{template}.html", errors, status, **given)

    def answer(self, template: str, ask: Callable[..., None], wrong: tuple[str, str], **what: Any) -> Response:
        """Show the form, or where it was sent, ask the address. The answer is the same whether it is known or not.

        ``ask`` is called with the address; ``wrong`` is the field because of which it may refuse, and the words that
        say so.
        """
        if request.method == "GET":
            return self.page(template, **what)
        to = self.browser() or self.email
        if to == self.email and email_address(self.email) is None:
            return self.page(template, {"email": _("Write an e-mail address, like name@example.org")}, **what)
        count_try("follow from", str(request.remote_addr), MAX_ASKED_PER_WINDOW, WINDOW_SECONDS)
        try:
            ask(to, daily=self.daily, language=self.language)
        except TooManyRequests:
            raise
        except Refusal:
            field, words = wrong
            return self.page(template, {field: words}, **what)
        return self.done(by_mail=to == self.email)

    def done(self, *, by_mail: bool) -> Response:
        """Return the page that says how the follower will be told."""
        if by_mail:
            words = _("Look into your mail"), _("If we may write to this address, a link to confirm it is on its way.")
        else:
            words = _("This device will be told"), _("Every message leads to a page where you can stop them.")
        return self.page("done", title=words[0], text=words[1])

    def browser(self) -> Browser | None:
        """Return the browser that is to be told, or None where the page's script (``push.js``) named none.

        :raises NotAllowed: when another site's page sent the form.
        :raises InvalidArgument: when the form does not describe a browser.
        """
        if not request.form.get("push_endpoint"):
            return None
        if not from_our_page():
            raise NotAllowed("Only our own pages can ask for that", code="push_from_elsewhere")
        try:
            return Browser(*(request.form.get(f"push_{name}", "") for name in ("endpoint", "key", "secret")))
        except ValueError as fault:
            raise InvalidArgument(str(fault), code="push_unusable") from None


@blueprint.route("/r/<number>/follow", methods=["GET", "POST"], access=Door.PUBLIC)
def service_request(number: str) -> Response:
    """Follow what happens to one service request."""
    found = public_request(number, list(current_environment().city.jurisdictions))
    if found is None:
        return gone()
    wish = Wish.of(current_environment().city.jurisdictions[found.jurisdiction])

    ask = partial(follow.follow_request, current_environment(), wish.jurisdiction.key, number)
    return wish.answer("follow", ask, ("email", _("Write an e-mail address, like name@example.org")), found=found)


@blueprint.get("/follow", access=Door.PUBLIC)
def start() -> Response:
    """Show what can be followed."""
    return Wish.of(current_environment().city.first).page("follow_start")


@blueprint.get("/follow/worker.js", access=Door.PUBLIC)
def worker() -> Response:
    """Serve the script that shows push messages while no page is open. Its path keeps it to the pages of following."""
    return Response(files()["push-worker.js"].plain, content_type="text/javascript; charset=utf-8")


@blueprint.route("/follow/service", methods=["GET", "POST"], access=Door.PUBLIC)
def service() -> Response:
    """Follow all reports of a service."""
    wish = Wish.of(current_environment().city.first)
    code = request.values.get("service", "")
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in wish.jurisdiction.services.values():
        if not each.retired and each.publishing is not Publishing.PRIVATE:
            groups.setdefault(each.group, []).append((each.service_code, each.service_name))

    ask = partial(follow.follow_service, current_environment(), wish.jurisdiction.key, code)
    wrong = "service", _("Choose a kind of report")
    return wish.answer("follow_service", ask, wrong, groups=groups, chosen=code)


@blueprint.route("/follow/boundary", methods=["GET", "POST"], access=Door.PUBLIC)
def boundary() -> Response:
    """Follow all reports in a boundary of any of the city's layers."""
    wish = Wish.of(current_environment().city.first)
    chosen = request.values.get("boundary", "")
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in boundaries.choices(wish.jurisdiction.key, list(wish.jurisdiction.layers)):
        groups.setdefault(each.layer_name, []).append((each.value, each.name))

    ask = partial(follow.follow_boundary, current_environment(), wish.jurisdiction.key, chosen)
    wrong = "boundary", _("Choose a part of the city")
    return wish.answer("follow_boundary", ask, wrong, groups=groups, chosen=chosen)
