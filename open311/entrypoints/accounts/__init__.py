"""Pages for signing in and out, for one's own account, and for who may do what. None needs JavaScript."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.accounts import administration, openid, own, sign_in, webhooks


def register(app: Flask) -> None:
    """Register the pages with the application."""
    for module in (sign_in, openid, own, administration, webhooks):
        app.register_blueprint(module.blueprint)
