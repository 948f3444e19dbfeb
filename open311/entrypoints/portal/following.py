"""The pages for following a service request, a service or a boundary: each asks what, and for an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.base.write_limits import count_try
from open311.actions.telling import follow
from open311.adapters.push import Browser
from open311.catalog.city import Jurisdiction
from open311.domain.errors import InvalidArgument, NotAllowed, Refusal, TooMuch
from open311.domain.exposure import Publishing
from open311.domain.wording import IN_EVERY_LETTER
from open311.entrypoints.portal.links import no_such_report
from open311.queries.order import in_order
from open311.queries.places import boundaries
from open311.queries.telling.targets import public_request
from open311.web import fields
from open311.web.assets import files
from open311.web.failures import SAID_BY_CODE, sentence
from open311.web.fields import Field
from open311.web.forgery import from_our_page
from open311.web.forms import Form, answer, form_page
from open311.web.gate import Door
from open311.web.language import N_, pick_language, speak
from open311.web.language import gettext as _
from open311.web.pages import Pages
from open311.web.shell import page

blueprint = Pages("following", __name__)

WINDOW_SECONDS = 3600
MAX_TRIES = 20
"""How many addresses one sender may have us ask in an hour (``WINDOW_SECONDS``)."""
NO_EMAIL = N_("Write an e-mail address, like name@example.org")
EMAIL = fields.email("email", wrong=NO_EMAIL)
DAILY = fields.check("daily")
NO_SERVICE = N_("Choose a kind of report")
NO_BOUNDARY = N_("Choose a part of the city")


@dataclass(frozen=True)
class Wish:
    """Somebody who wants to follow something: the form they fill in, and how to write to them."""

    jurisdiction: Jurisdiction
    language: str
    """The language of letters to them; pages may be translated into others."""
    form: Form

    @classmethod
    def of(
        cls,
        jurisdiction: Jurisdiction,
        *what: Field[Any],
        start: Mapping[str, str] | None = None,
        sent: bool = True,
    ) -> Wish:
        """What this request wants.

        :param what: fields that say what is to be followed; ``start`` is what stands in them at first.
        :param sent: False for a POST that only shows the form again, with ``start`` in its fields.
        """
        wanted = list(request.accept_languages.values())
        speak(jurisdiction, pick_language(jurisdiction, wanted))
        form = Form.of_request(*what, EMAIL, DAILY, start=start, sent=sent)
        if not sent:
            form = form.refilled(**(start or {}))
        if form.sent and not form[EMAIL] and not request.form.get("push_endpoint"):
            form.wrong(EMAIL, NO_EMAIL)
        return cls(jurisdiction, jurisdiction.wordings.best(wanted, IN_EVERY_LETTER), form)

    def page(self, template: str, form: Form, **what: Any) -> Response:
        """The form."""
        push = current_environment().push
        return form_page(f"portal/{template}.html", form, push_key=push and push.public_key, **what)

    def answer(
        self, template: str, ask: Callable[..., None], at: Field[Any], *, words: str, **what: Any
    ) -> AnyResponse:
        """The form; once sent, the address is asked, and the page says the same whatever is known of the address.

        :param ask: does it, given the address.
        :param at: the field for which it may refuse, and what is said then (``words``).
        """

        def act() -> Response:
            browser = self.browser()
            count_try("follow from", str(request.remote_addr), MAX_TRIES, WINDOW_SECONDS)
            ask(browser or self.form[EMAIL], daily=self.form[DAILY], language=self.language)
            return _told_at_device() if browser else _asked_by_mail()

        def say(refusal: Refusal) -> str:
            own = isinstance(refusal, TooMuch) or refusal.code in SAID_BY_CODE
            return sentence(refusal) if own else _(words)

        return answer(self.form, act, partial(self.page, template, **what), at=at, say=say)

    def browser(self) -> Browser | None:
        """The browser that is to be told, if the page's script filled it in (``web/static/push.js``).

        :raises NotAllowed: when the page of another site did.
        :raises InvalidArgument: when what was filled in cannot be used.
        """
        if not request.form.get("push_endpoint"):
            return None
        if not from_our_page():
            raise NotAllowed("Only our own pages can ask for that", code="push_from_elsewhere")
        try:
            return Browser(*(request.form.get(f"push_{name}", "") for name in ("endpoint", "key", "secret")))
        except ValueError as fault:
            raise InvalidArgument(str(fault), code="push_unusable") from None


def _asked_by_mail() -> Response:
    text = _("If we may write to this address, a link to confirm it is on its way.")
    return page("portal/done.html", title=_("Look into your mail"), text=text)


def _told_at_device() -> Response:
    text = _("Every message leads to a page where you can stop them.")
    return page("portal/done.html", title=_("This device will be told"), text=text)


@blueprint.route("/r/<number:number>/follow", methods=["GET", "POST"], access=Door.PUBLIC)
def service_request(number: str) -> AnyResponse:
    """Follow what happens to one service request."""
    found = public_request(number, list(current_environment().city.jurisdictions))
    if found is None:
        return no_such_report()
    wish = Wish.of(current_environment().city.jurisdictions[found.jurisdiction])
    ask = partial(follow.follow_request, current_environment(), wish.jurisdiction.key, number)
    return wish.answer("follow", ask, EMAIL, words=NO_EMAIL, found=found)


@blueprint.get("/follow", access=Door.PUBLIC)
def start() -> Response:
    """What there is to follow."""
    Wish.of(current_environment().city.first)
    return page("portal/follow_start.html")


@blueprint.get("/follow/worker.js", access=Door.PUBLIC)
def worker() -> Response:
    """Serve the script that shows push messages while no page is open. Its path keeps it to the pages of following."""
    return Response(files()["push-worker.js"].plain, content_type="text/javascript; charset=utf-8")


@blueprint.route("/follow/service", methods=["GET", "POST"], access=Door.PUBLIC)
def service() -> AnyResponse:
    """Follow all reports of a kind."""
    city = current_environment().city.first
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in in_order(city.services.values(), city.languages[0], lambda each: each.service_name):
        if not each.retired and each.publishing is not Publishing.PRIVATE:
            groups.setdefault(each.group, []).append((each.service_code, each.service_name))
    groups = {name: groups[name] for name in in_order(groups, city.languages[0])}
    wanted = fields.choice("service", _values(groups), missing=NO_SERVICE)
    wish = Wish.of(city, wanted, start=request.args)
    ask = partial(follow.follow_service, current_environment(), city.key, wish.form[wanted] or "")
    return wish.answer("follow_service", ask, wanted, words=NO_SERVICE, groups=groups)


@blueprint.route("/follow/boundary", methods=["GET", "POST"], access=Door.PUBLIC)
def boundary() -> AnyResponse:
    """Follow all reports in a ward, a district or whatever layers the city has."""
    city = current_environment().city.first
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in boundaries.choices(city):
        groups.setdefault(each.layer_name, []).append((each.value, each.name))
    wanted = fields.choice("boundary", _values(groups), missing=NO_BOUNDARY)
    wish = Wish.of(city, wanted, start=request.args)
    ask = partial(follow.follow_boundary, current_environment(), city.key, wish.form[wanted] or "")
    return wish.answer("follow_boundary", ask, wanted, words=NO_BOUNDARY, groups=groups)


def _values(groups: Mapping[str, list[tuple[str, str]]]) -> list[str]:
    return [value for options in groups.values() for value, name in options]
