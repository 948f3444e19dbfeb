"""Follow a service request, a kind of report or a part of the city: every page asks what, and where to write to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from open311.actions.base.environment import current_environment
from open311.actions.base.write_limits import count_try
from open311.actions.telling import follow
from open311.adapters.push import Browser
from open311.catalog.city import Jurisdiction
from open311.domain.contact import email_address
from open311.domain.definition import Publishing
from open311.domain.errors import InvalidArgument, NotAllowed, Refusal, TooManyRequests
from open311.entrypoints.portal.links import gone
from open311.queries.places import boundaries
from open311.queries.telling.links import public_request
from open311.web.access import from_our_page, guard
from open311.web.assets import files
from open311.web.pages import spoken

blueprint = Blueprint("following", __name__, template_folder="templates")
guard(blueprint)

HOUR = 3600
MOST_AN_HOUR = 20
"""Addresses that one sender may have us ask."""


@dataclass(frozen=True)
class Wish:
    """Somebody who wants to follow something: how to speak to them, and what they sent so far."""

    jurisdiction: Jurisdiction
    language: str
    email: str
    daily: bool

    @classmethod
    def of(cls, jurisdiction: Jurisdiction) -> Wish:
        """Who sent this request."""
        language = jurisdiction.wordings.best(request.accept_languages.values())
        return cls(jurisdiction, language, request.form.get("email", ""), request.form.get("daily") == "yes")

    def page(self, template: str, errors: dict[str, str] | None = None, **what: Any) -> Response:
        """The form, with what is wrong in it."""
        status = 422 if errors else 200
        push = current_environment().push
        given = {"email": self.email, "daily": self.daily, "push_key": push and push.public_key, **what}
        return spoken(f"portal/{template}.html", self.jurisdiction, self.language, errors, status, **given)

    def answer(self, template: str, ask: Callable[..., None], wrong: tuple[str, str], **what: Any) -> Response:
        """The form; sent, the address is asked, and the page says the same whatever is known of the address.

        ``ask`` does it, given the address; ``wrong`` is the field for which it may refuse, and the phrase that says so.
        """
        if request.method == "GET":
            return self.page(template, **what)
        say = self.jurisdiction.wordings.say
        to = self.browser() or self.email
        if to == self.email and email_address(self.email) is None:
            return self.page(template, {"email": say("follow_missing", self.language)}, **what)
        count_try("follow from", str(request.remote_addr), MOST_AN_HOUR, HOUR)
        try:
            ask(to, daily=self.daily, language=self.language)
        except TooManyRequests:
            raise
        except Refusal:
            field, phrase = wrong
            return self.page(template, {field: say(phrase, self.language)}, **what)
        return self.page("done", name="followed" if to == self.email else "pushed", facts={})

    def browser(self) -> Browser | None:
        """The browser that is to be told, where the page's script filled it in (``web/static/push.js``).

        :raises NotAllowed: another site's page did.
        :raises InvalidArgument: what was filled in is none.
        """
        if not request.form.get("push_endpoint"):
            return None
        if not from_our_page():
            raise NotAllowed("Only our own pages can ask for that")
        try:
            return Browser(*(request.form.get(f"push_{name}", "") for name in ("endpoint", "key", "secret")))
        except ValueError as fault:
            raise InvalidArgument(str(fault)) from None


@blueprint.route("/r/<number>/follow", methods=["GET", "POST"])
def service_request(number: str) -> Response:
    """What happens to one service request."""
    found = public_request(number, list(current_environment().city.jurisdictions))
    if found is None:
        return gone()
    wish = Wish.of(current_environment().city.jurisdictions[found["jurisdiction"]])

    ask = partial(follow.follow_request, current_environment(), wish.jurisdiction.key, number)
    return wish.answer("follow", ask, ("email", "follow_missing"), found=found)


@blueprint.get("/follow")
def start() -> Response:
    """What there is to follow."""
    return Wish.of(current_environment().city.first).page("follow_start")


@blueprint.get("/follow/worker.js")
def worker() -> Response:
    """What shows push messages when no page is open. Its place is its scope: it is there for following only."""
    return Response(files()["push-worker.js"].plain, content_type="text/javascript; charset=utf-8")


@blueprint.route("/follow/service", methods=["GET", "POST"])
def service() -> Response:
    """All reports of a kind."""
    wish = Wish.of(current_environment().city.first)
    code = request.values.get("service", "")
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in wish.jurisdiction.services.values():
        if not each.retired and each.publishing is not Publishing.PRIVATE:
            groups.setdefault(each.group, []).append((each.service_code, each.service_name))

    ask = partial(follow.follow_service, current_environment(), wish.jurisdiction.key, code)
    wrong = ("service", "follow_service_missing")
    return wish.answer("follow_service", ask, wrong, groups=groups, chosen=code)


@blueprint.route("/follow/boundary", methods=["GET", "POST"])
def boundary() -> Response:
    """All reports in a ward, a district or what else the city's layers have."""
    wish = Wish.of(current_environment().city.first)
    chosen = request.values.get("boundary", "")
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in boundaries.choices(wish.jurisdiction.key, list(wish.jurisdiction.layers)):
        groups.setdefault(each["layer_name"], []).append((f"{each['layer']}:{each['code']}", each["name"]))

    ask = partial(follow.follow_boundary, current_environment(), wish.jurisdiction.key, chosen)
    wrong = ("boundary", "follow_boundary_missing")
    return wish.answer("follow_boundary", ask, wrong, groups=groups, chosen=chosen)
