"""What the application needs for pages: the cookie, keys in addresses, the language of templates, static files."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from open311.actions.accounts.sessions import RESIDENT_LONGEST
from open311.actions.base.environment import Environment
from open311.web import assets, language
from open311.web.gate import Door
from open311.web.keys import Key
from open311.web.pages import Pages

blueprint = Pages("web", __name__)
blueprint.add_url_rule("/web/<stamp>/<path:filename>", "static", assets.serve, access=Door.PUBLIC)


class Cookie(SecureCookieSessionInterface):
    """The session: one signed cookie for this host alone (``__Host-``), ``Secure`` wherever there is TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie travels over TLS only."""
        return request.is_secure or bool(app.config["SESSION_COOKIE_SECURE"])

    def get_cookie_name(self, app: Flask) -> str:
        """The name; browsers accept one with the prefix ``__Host-`` over TLS from this very host only."""
        return "__Host-open311" if self.get_cookie_secure(app) else "open311"

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Send the cookie only when it changed: an old one must not come back after another tab signed out."""
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
    language.register(app)
    app.register_blueprint(blueprint)
