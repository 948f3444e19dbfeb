"""What every action works with: the city, files, the queue and the ways out."""

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
    """How people sign in here."""

    seal: Seal
    second_factor_roles: frozenset[Role]
    """Roles that are worth nothing without a second factor."""
    idle: timedelta
    """How long staff may do nothing, and (``longest``) how long a session lasts however busy."""
    longest: timedelta
    openid: OpenID | None = None


class Queue(Protocol):
    """Where jobs are put: procrastinate's application, or one that only notes them (``actions/telling/preview``)."""

    def configure_task(self, name: str, **how: Any) -> Any:
        """The job of this task, to be put there (``defer``) on a ``connection``."""


@dataclass(frozen=True)
class Stores:
    """Where the files of photos lie."""

    files: Files
    """Photos and thumbnails as they may be shown."""
    originals: Files
    """Photos as they were before they were redacted; the public is served nothing from here."""


@dataclass(frozen=True)
class Environment:
    """Everything that an action works with besides the database: the city, its files, the queue, and the ways out."""

    city: City
    public_url: str
    stores: Stores
    queue: Queue
    mail: Mail
    mail_from: str
    sms: Sms
    outbound: Outbound
    sign_in: SignIn
    push: WebPush | None = None
    """None where no ``SECRET_KEY`` is set: browsers are told nothing."""
    remote_keys: Mapping[str, str] = field(default_factory=dict)
    """The API keys of other cities' servers, by the variable that ``config/departments.yaml`` names for each."""


def current_environment() -> Environment:
    """The environment of the application that is running (Flask's ``current_app``)."""
    return current_app.extensions["open311"]  # type: ignore[no-any-return]
