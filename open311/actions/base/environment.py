"""The environment of an action: the city, files, the queue, and the ways to reach people and other servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from flask import current_app

from open311.adapters.files import Files
from open311.adapters.mail import Mail
from open311.adapters.openid import OpenID
from open311.adapters.outbound import Outbound
from open311.adapters.push import WebPush
from open311.adapters.seal import Seal
from open311.adapters.sms import Sms
from open311.catalog.city import City
from open311.domain.roles import Role


@dataclass(frozen=True)
class SignIn:
    """How people sign in to this installation."""

    seal: Seal
    second_factor_roles: frozenset[Role]
    """Roles that grant nothing until their holder has signed in with a second factor."""
    idle: timedelta
    """How long staff may be idle before their session ends."""
    longest: timedelta
    """How long a session lasts at most, however busy."""
    openid: OpenID | None = None


class Queue(Protocol):
    """Where jobs are queued: procrastinate's application, or a list that only collects them for a preview."""

    def configure_task(self, name: str, **how: Any) -> Any:
        """Return a job of the named task; its ``defer`` puts it in the queue, on the given ``connection``."""


@dataclass(frozen=True)
class Stores:
    """The file stores of photos."""

    files: Files
    """Photos and thumbnails as they are shown."""
    originals: Files
    """Photos as they were before they were redacted; nothing in this store is ever public."""


@dataclass(frozen=True)
class Environment:
    """Everything outside the database that an action works with; made once, from the settings and the city's files."""

    city: City
    """The city's files as they were read when the process started."""
    public_url: str
    """The server's base URL, without a slash at its end."""
    stores: Stores
    queue: Queue
    """Where jobs are queued that follow from an action."""
    mail: Mail
    mail_from: str
    """The sender's address of outgoing mail."""
    sms: Sms
    outbound: Outbound
    """The client for HTTP calls to addresses that other people choose."""
    sign_in: SignIn
    push: WebPush | None = None
    """The sender of browser notifications; None if no ``SECRET_KEY`` is set, so that none can be sent."""
    remote_keys: Mapping[str, str] = field(default_factory=dict)
    """API keys for other cities' servers, by the environment variable that ``config/departments.yaml`` names."""


def current_environment() -> Environment:
    """Return the environment of the running application (Flask's ``current_app``)."""
    return current_app.extensions["open311"]  # type: ignore[no-any-return]
