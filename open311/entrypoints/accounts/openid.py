"""/signin/openid: staff sign in through the city's own provider (OpenID Connect, code flow with PKCE)."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from flask import redirect, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from open311.actions.accounts.sign_in import by_openid
from open311.actions.base.environment import current_environment
from open311.adapters.openid import Journey, OpenID, OpenIDRefused
from open311.domain.errors import SignInRefused
from open311.entrypoints.accounts.arrival import arrive
from open311.web.forms import Form, answer, form_page
from open311.web.gate import Door
from open311.web.pages import Pages

blueprint = Pages("openid", __name__, url_prefix="/signin/openid")
T = TypeVar("T")
_LOG = logging.getLogger(__name__)


def _provider() -> OpenID:
    provider = current_environment().sign_in.openid
    if provider is None:
        raise NotFound("This city has no other way to sign in")
    return provider


def _back() -> str:
    return current_environment().public_url + url_for("openid.back")


def _asked(ask: Callable[[], T]) -> T:
    """Ask the provider; the reason of a failure goes to the log only.

    :raises SignInRefused: when the provider refuses or does not answer.
    """
    try:
        return ask()
    except OpenIDRefused as fault:
        _LOG.warning("OpenID: %s", fault)
        raise SignInRefused("The city's sign-in does not work at the moment") from None


@blueprint.get("", access=Door.OPEN)
def start() -> Response:
    """Redirect to the provider. The journey is kept in this browser's cookie only."""
    provider = _provider()

    def act() -> Response:
        journey = Journey(*(secrets.token_urlsafe(32) for _ in range(3)))
        address = _asked(lambda: provider.start(_back(), journey))
        session["openid"] = [journey.state, journey.nonce, journey.verifier]
        return redirect(address, 303)

    return answer(Form.of_query(), act, partial(form_page, "accounts/staff.html", openid=True), at="openid")


@blueprint.get("/back", access=Door.OPEN)
def back() -> Response:
    """Come back from the provider: once for each journey, and only in the browser that began it."""
    provider = _provider()

    def act() -> Response:
        journey = Journey(*session.pop("openid", ("", "", "")))
        code, state = request.args.get("code", ""), request.args.get("state", "")
        if not code or not journey.state or not hmac.compare_digest(journey.state.encode(), state.encode()):
            raise SignInRefused("Signing in was not finished: try again")
        identity = _asked(lambda: provider.finish(_back(), journey, code))
        return arrive(by_openid(identity), "openid", strong=identity.strong)

    return answer(Form.of_query(), act, partial(form_page, "accounts/staff.html", openid=True), at="openid")
