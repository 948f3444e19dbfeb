"""What pages are made of: the cookie, the shell's templates and style."""

from __future__ import annotations

from flask import Blueprint, Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.routing import IntegerConverter, Map

from open311.actions.accounts.sessions import RESIDENT_LONGEST
from open311.actions.base.environment import Environment
from open311.web import access, assets

blueprint = Blueprint("web", __name__, template_folder="templates")
blueprint.add_url_rule("/web/<stamp>/<path:filename>", "static", assets.serve)
access.guard(blueprint)


MOST_DIGITS = 18
"""Of a key in PostgreSQL."""


class Key(IntegerConverter):
    """The key of a row in an address, ``<key:...>``; a number that PostgreSQL has no room for is no such address."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**63 - 1)


def read_key(text: str) -> int | None:
    """The key of a row in a form or a query; none where no row has such a one."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


class Cookie(SecureCookieSessionInterface):
    """One signed cookie, for this host alone (``__Host-``) and ``Secure`` wherever there is TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether it travels over TLS only."""
        return request.is_secure or bool(app.config["SESSION_COOKIE_SECURE"])

    def get_cookie_name(self, app: Flask) -> str:
        """With the prefix, browsers take it over TLS from this very host only."""
        return "__Host-open311" if self.get_cookie_secure(app) else "open311"

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Only what changed is sent: an old cookie must not come back after another tab signed out."""
        return session.modified


def register(app: Flask, environment: Environment, secret_key: str | None) -> None:
    """Prepare the application for pages."""
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_SECURE=environment.public_url.startswith("https:"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=RESIDENT_LONGEST,
    )
    app.session_interface = Cookie()
    app.url_map.converters["key"] = Key
    app.register_blueprint(blueprint)
