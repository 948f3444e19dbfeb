"""Settings from the environment, and the application made of them."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

import psycopg
from flask import Flask
from psycopg.errors import InsufficientPrivilege, UndefinedColumn, UndefinedTable
from sqlalchemy.exc import ArgumentError, DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from open311.actions.environment import Environment, SignIn
from open311.adapters.files import LocalFiles
from open311.adapters.mail import FileMail, SMTPMail
from open311.adapters.openid import OpenID
from open311.adapters.push import WebPush
from open311.adapters.seal import Seal
from open311.adapters.sms import FileSms, TwilioSms
from open311.adapters.webhook import Webhooks
from open311.api.endpoint import shape_urls
from open311.api.hot import HotReads
from open311.api.installation import Installation
from open311.api.kept import KeptAnswers
from open311.api.requests import Sent
from open311.api.wsgi import finish, merge_slashes, quote_boundary
from open311.catalog.faults import CatalogError
from open311.catalog.location import PACKAGE, city_directory
from open311.catalog.read import read_city
from open311.domain.roles import Role
from open311.entrypoints import accounts, commands, console, georeport, portal
from open311.jobs import make_outbox, make_queue
from open311.models.base import database
from open311.queries.reading import READ
from open311.web import site

MOST_BYTES = 100 * 1024 * 1024
"""Of one upload with all its photos."""
SHORTEST_KEY = 32
"""Characters of SECRET_KEY: less can be guessed."""


FOR_READING = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None, "pool_pre_ping": False}
"""Connections that commit by themselves; ``queries/reading`` notices when one is dead, which costs no round trip."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one machine to the next; each field is an environment variable in capitals."""

    database_url: str = "postgresql+psycopg:///open311"
    """Where PostgreSQL is."""
    city_dir: Path | None = None
    """The directory with ``config/`` and ``service_definitions/``; none: this checkout's, or the packaged one."""
    media_dir: Path = Path("var/media")
    """Where photos lie."""
    public_url: str | None = None
    """The address under which clients reach this server; none: what each request says."""
    host: str = "127.0.0.1"
    port: int = 8311
    trusted_proxies: int = 0
    """How many proxies in front may say who the client is (``X-Forwarded-*``)."""
    writes_per_minute: int = 0
    """Per API key, over all workers; 0 is no limit."""
    reads_per_minute: int = 0
    """Per client and worker process; 0 is no limit."""
    updates_enabled: bool = True
    """Whether ``servicerequestupdates`` is offered."""
    pool_size: int = 8
    """Database connections of each kind (reading, writing) and process."""
    smtp_url: str | None = None
    """The mail server, ``smtp://user:password@host:587`` or ``smtps://``; none: mail becomes files in ``var/mail``.

    With a password or ``smtps://`` its certificate must be one for its name.
    """
    mail_from: str = "open311@localhost"
    """The address that mail comes from."""
    sms_url: str | None = None
    """The provider of text messages; none: they become files in ``var/sms``."""
    webhook_allow: str | None = None
    """Networks that webhooks may call although they are not public, with commas between."""
    secret_key: str | None = None
    """Signs cookies and seals secrets; the same for all processes. None: nobody can sign in."""
    second_factor_roles: frozenset[Role] = frozenset({Role.ADMINISTRATOR})
    """Roles that are worth nothing without a second factor."""
    session_idle_minutes: int = 30
    session_hours: int = 12
    """After how long of doing nothing, and after how long at all, staff must sign in again."""
    openid_issuer: str | None = None
    """The city's provider of OpenID Connect, where staff may sign in too; with the client that it knows us as."""
    openid_client_id: str | None = None
    openid_client_secret: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read once; what is not set has its default.

        :raises ValueError: a number or a role that is none.
        """
        given = os.environ if environment is None else environment

        roles = given.get("SECOND_FACTOR_ROLES")

        def number(name: str, default: int) -> int:
            text = given.get(name, "").strip()
            if text and not text.isdigit():
                raise ValueError(f"{name} must be a whole number, not {text!r}")
            return int(text) if text else default

        return cls(
            database_url=_psycopg(given.get("DATABASE_URL") or cls.database_url),
            city_dir=Path(given["CITY_DIR"]) if given.get("CITY_DIR") else None,
            media_dir=Path(given.get("MEDIA_DIR") or cls.media_dir).absolute(),
            public_url=(given.get("PUBLIC_URL") or "").rstrip("/") or None,
            host=given.get("HOST") or cls.host,
            port=number("PORT", cls.port),
            trusted_proxies=number("TRUSTED_PROXIES", cls.trusted_proxies),
            writes_per_minute=number("WRITES_PER_MINUTE", cls.writes_per_minute),
            reads_per_minute=number("READS_PER_MINUTE", cls.reads_per_minute),
            updates_enabled=given.get("UPDATES_ENABLED", "1").strip().lower() not in ("0", "false", "no", "off"),
            pool_size=number("POOL_SIZE", cls.pool_size),
            smtp_url=given.get("SMTP_URL") or None,
            mail_from=given.get("MAIL_FROM") or cls.mail_from,
            sms_url=given.get("SMS_URL") or None,
            webhook_allow=given.get("WEBHOOK_ALLOW") or None,
            secret_key=given.get("SECRET_KEY") or None,
            second_factor_roles=cls.second_factor_roles if roles is None else _roles(roles),
            session_idle_minutes=number("SESSION_IDLE_MINUTES", cls.session_idle_minutes),
            session_hours=number("SESSION_HOURS", cls.session_hours),
            openid_issuer=given.get("OPENID_ISSUER") or None,
            openid_client_id=given.get("OPENID_CLIENT_ID") or None,
            openid_client_secret=given.get("OPENID_CLIENT_SECRET") or None,
        )

    @property
    def written_url(self) -> str:
        """The address that goes into stored documents."""
        return self.public_url or f"http://{self.host}:{self.port}"


def _roles(text: str) -> frozenset[Role]:
    """Roles with commas between; ``none`` for none."""
    return frozenset(Role(name.strip()) for name in text.split(",") if name.strip() not in ("", "none"))


def _psycopg(url: str) -> str:
    """The URL with the driver that we use named."""
    scheme, colon, rest = url.partition("://")
    return f"postgresql+psycopg{colon}{rest}" if scheme in ("postgres", "postgresql") else url


def create_app(settings: Settings | None = None) -> Flask:
    """The application: city read, database bound, every entrypoint registered.

    :raises CatalogError: the city's files have faults.
    """
    settings = settings or Settings.from_environment()
    city = read_city(settings.city_dir or city_directory())
    app = Flask("open311", static_folder=None)
    engine = {
        "url": settings.database_url,
        "pool_size": settings.pool_size,
        "max_overflow": 4,
        "pool_pre_ping": True,
        "connect_args": {"options": "-c timezone=UTC", "application_name": "open311"},
    }
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={name: value for name, value in engine.items() if name != "url"},
        SQLALCHEMY_BINDS={READ: {**engine, **FOR_READING}},
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    database.init_app(app)
    app.extensions["queue"] = make_queue(app, settings.database_url)
    webhooks = Webhooks.allowing(settings.webhook_allow or "")
    environment = Environment(
        city=city,
        public_url=settings.written_url,
        files=LocalFiles(settings.media_dir),
        originals=LocalFiles(settings.media_dir / "originals", 0o600),
        queue=make_outbox(settings.database_url),
        mail=SMTPMail(settings.smtp_url) if settings.smtp_url else FileMail(Path("var/mail").absolute()),
        mail_from=settings.mail_from,
        sms=TwilioSms(settings.sms_url) if settings.sms_url else FileSms(Path("var/sms").absolute()),
        webhooks=webhooks,
        sign_in=_sign_in(settings),
        push=WebPush(settings.secret_key, settings.mail_from, webhooks) if settings.secret_key else None,
    )
    app.extensions["settings"] = settings
    app.extensions["open311"] = Installation(
        environment=environment,
        public_url=settings.public_url,
        writes_per_minute=settings.writes_per_minute,
        reads_per_minute=settings.reads_per_minute,
        updates_enabled=settings.updates_enabled,
    )
    app.request_class = Sent
    shape_urls(app)
    georeport.register(app, city)
    site.register(app, environment, settings.secret_key)
    portal.register(app)
    accounts.register(app)
    console.register(app)
    commands.register(app)
    inner = HotReads(quote_boundary(app.wsgi_app), app, *georeport.hot_reads(city))
    app.wsgi_app = KeptAnswers(finish(merge_slashes(inner)), app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)  # type: ignore[method-assign]
    return app


def _sign_in(settings: Settings) -> SignIn:
    if settings.secret_key is not None and len(settings.secret_key) < SHORTEST_KEY:
        raise ValueError(f"SECRET_KEY must have at least {SHORTEST_KEY} characters, made at random")
    issuer, client, secret = settings.openid_issuer, settings.openid_client_id, settings.openid_client_secret
    return SignIn(
        seal=Seal(settings.secret_key or secrets.token_hex()),
        second_factor_roles=settings.second_factor_roles,
        idle=timedelta(minutes=settings.session_idle_minutes),
        longest=timedelta(hours=settings.session_hours),
        openid=OpenID(issuer, client or "", secret or "") if issuer else None,
    )


def hand_over(file: Path, environment: Mapping[str, str]) -> None:
    """Note every setting that is set, for ``beside_server``; nobody else may read the file."""
    names = [field.name.upper() for field in fields(Settings)]
    given = {name: environment[name] for name in names if name in environment}
    given |= {name: str(Path(given[name]).absolute()) for name in ("CITY_DIR", "MEDIA_DIR") if given.get(name)}
    whole = file.with_suffix(".new")  # a command that is typed this very moment reads all or nothing
    whole.unlink(missing_ok=True)
    whole.touch(0o600, exist_ok=False)
    whole.write_text(json.dumps(given), "utf-8")
    whole.replace(file)


def beside_server(file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of the ``script/server`` that runs in this checkout, for commands typed beside it.

    None of them where a database is named, or where no server runs (it takes the file with it when it ends).
    """
    if "DATABASE_URL" in environment or not file.is_file():
        return {}
    given = json.loads(file.read_text("utf-8"))
    return {name: value for name, value in given.items() if name not in environment}


def main() -> None:
    """The command line: ``open311 --help``. What keeps it from working is told in a line."""
    os.environ.update(beside_server(PACKAGE.parent / "var" / "run" / "settings", os.environ))
    try:
        app = create_app()
    except CatalogError as faults:
        sys.exit(f"the city's files have faults:\n{faults}")
    except (ValueError, ArgumentError) as fault:
        sys.exit(f"a setting cannot be used: {fault}")
    try:
        with app.app_context():
            app.cli.main(prog_name="open311")
    except (DBAPIError, psycopg.Error) as fault:
        reason = getattr(fault, "orig", None) or fault
        if isinstance(reason, psycopg.OperationalError):
            sys.exit(f"the database of DATABASE_URL does not answer: {reason}")
        if isinstance(reason, InsufficientPrivilege):
            told = ". ".join(filter(None, (reason.diag.message_primary, reason.diag.message_hint)))
            sys.exit(f"the user of DATABASE_URL has not the right to do that: {told}")
        if isinstance(reason, UndefinedTable | UndefinedColumn):
            sys.exit(
                f"the tables are not this version's ({reason.diag.message_primary}): run 'open311 database migrate'"
            )
        raise
    except UnicodeEncodeError:
        sys.exit("what was typed is not UTF-8")
