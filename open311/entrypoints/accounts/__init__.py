"""Signing in and out, one's own account, and who may do what: pages, by forms that need no JavaScript."""

from __future__ import annotations

from flask import Flask

from open311.entrypoints.accounts import administration, openid, own, sign_in, webhooks


def register(app: Flask) -> None:
    """Serve the pages."""
    for module in (sign_in, openid, own, administration, webhooks):
        app.register_blueprint(module.blueprint)
