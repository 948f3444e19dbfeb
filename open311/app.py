"""Build the Flask application from the settings, and run the ``open311`` command line."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
from flask import Flask
from psycopg.errors import InsufficientPrivilege, UndefinedColumn, UndefinedTable
from sqlalchemy.exc import ArgumentError, DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from open311.actions.base.environment import Environment, SignIn, Stores
from open311.actions.privacy.registry import SPANS
from open311.adapters.files import LocalFiles
from open311.adapters.mail import FileMail, SMTPMail
from open311.adapters.openid import OpenID
from open311.adapters.outbound import Outbound
from open311.adapters.push import WebPush
from open311.adapters.seal import Seal
from open311.adapters.sms import FileSms, TwilioSms
from open311.api.answer_cache import AnswerCache
from open311.api.bodies import Bodies
from open311.api.endpoint import shape_urls
from open311.api.fast_reads import FastReads
from open311.api.http_request import Sent
from open311.api.installation import Installation
from open311.api.wsgi import finish, quote_boundary, tidy_path
from open311.catalog.city import City
from open311.catalog.faults import CatalogError
from open311.catalog.location import PACKAGE, city_directory
from open311.catalog.read import read_city
from open311.entrypoints import accounts, commands, console, georeport, health, opendata, portal
from open311.jobs import make_outbox, make_queue
from open311.models.base import database
from open311.models.patience import COMMANDS, HTTP, POOL_SECONDS, Patience, connector
from open311.queries.reading import READ
from open311.settings import Settings, beside_server
from open311.web import site
from open311.web.pages import check_declared

MAX_UPLOAD_BYTES = 100 * 1024 * 1024
"""The largest HTTP request body that is accepted, in bytes: a report with all its photos."""
MIN_SECRET_KEY_CHARACTERS = 32
"""The least length of ``SECRET_KEY``, in characters: a shorter key could be guessed."""


READ_ENGINE_OPTIONS = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None, "pool_pre_ping": False}
"""Options of the engine that queries read on: connections that commit by themselves and are not pinged first.

``queries/reading`` notices a dead connection when it uses it, which saves a round trip for each query.
"""


def create_app(settings: Settings | None = None, patience: Patience = COMMANDS) -> Flask:
    """Build the application: read the city's files, bind the database, register every entrypoint.

    ``patience`` is how long it waits for the database (``app.extensions["patience"]``).

    :raises CatalogError: when the city's files have faults.
    :raises ValueError: when a setting cannot be used.
    """
    settings = settings or Settings.from_environment()
    city = read_city(settings.city_dir or city_directory(), SPANS)
    app = Flask("open311", static_folder=None)
    engine = {
        "url": settings.database_url,
        "creator": connector(settings.database_url, lambda: app.extensions["patience"]),
        "pool_size": settings.pool_size,
        "max_overflow": 4,
        "pool_timeout": POOL_SECONDS,
        "pool_pre_ping": True,
    }
    app.extensions["patience"] = patience
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={name: value for name, value in engine.items() if name != "url"},
        SQLALCHEMY_BINDS={READ: {**engine, **READ_ENGINE_OPTIONS}},
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    database.init_app(app)
    app.extensions["queue"] = make_queue(app, settings.database_url)
    outbound = Outbound.allowing(settings.outbound_allow or "")
    environment = Environment(
        city=city,
        public_url=settings.written_url,
        stores=Stores(LocalFiles(settings.media_dir), LocalFiles(settings.media_dir / "originals", 0o600)),
        queue=make_outbox(settings.database_url),
        mail=SMTPMail(settings.smtp_url) if settings.smtp_url else FileMail(Path("var/mail").absolute()),
        mail_from=settings.mail_from,
        sms=TwilioSms(settings.sms_url) if settings.sms_url else FileSms(Path("var/sms").absolute()),
        outbound=outbound,
        sign_in=_sign_in(settings),
        push=WebPush(settings.secret_key, settings.mail_from, outbound) if settings.secret_key else None,
        remote_keys=_remote_keys(city),
    )
    app.extensions["settings"] = settings
    app.extensions["open311"] = environment
    app.extensions["api"] = Installation(
        public_url=settings.public_url,
        writes_per_minute=settings.writes_per_minute,
        reads_per_minute=settings.reads_per_minute,
        updates_enabled=settings.updates_enabled,
    )
    app.request_class = Sent
    shape_urls(app)
    georeport.register(app, city)
    opendata.register(app, city)
    health.register(app)
    api = frozenset(app.view_functions)
    site.register(app, environment, settings.secret_key)
    portal.register(app)
    accounts.register(app)
    console.register(app)
    check_declared(app, apart_from=api)
    commands.register(app)
    inner = FastReads(quote_boundary(app.wsgi_app), app, *georeport.fast_reads(city))
    received = Bodies(inner, settings.threads, MAX_UPLOAD_BYTES)
    app.wsgi_app = AnswerCache(finish(tidy_path(received)), app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        prefix = hops if settings.trusted_prefix else 0
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=prefix)  # type: ignore[method-assign]
    return app


def create_served_app() -> Flask:
    """Build the application for ``open311 serve``, where somebody waits for every answer."""
    return create_app(patience=HTTP)


def _remote_keys(city: City) -> dict[str, str]:
    """Return the API keys of other cities' servers, by the variables that the city's files name for them."""
    bodies = (body for each in city.jurisdictions.values() for body in each.departments.values())
    names = {body.open311.api_key_variable for body in bodies if body.open311 and body.open311.api_key_variable}
    return {name: os.environ[name] for name in names if name in os.environ}


def _sign_in(settings: Settings) -> SignIn:
    if settings.secret_key is not None and len(settings.secret_key) < MIN_SECRET_KEY_CHARACTERS:
        raise ValueError(f"SECRET_KEY must have at least {MIN_SECRET_KEY_CHARACTERS} characters, made at random")
    issuer, client, secret = settings.openid_issuer, settings.openid_client_id, settings.openid_client_secret
    return SignIn(
        seal=Seal(settings.secret_key or secrets.token_hex()),
        second_factor_roles=settings.second_factor_roles,
        idle=timedelta(minutes=settings.session_idle_minutes),
        longest=timedelta(hours=settings.session_hours),
        openid=OpenID(issuer, client or "", secret or "") if issuer else None,
    )


def main() -> None:
    """Run the ``open311`` command line; if it cannot run, exit with one line that says why."""
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
            details = ". ".join(filter(None, (reason.diag.message_primary, reason.diag.message_hint)))
            sys.exit(f"the user of DATABASE_URL does not have permission to do that: {details}")
        if isinstance(reason, UndefinedTable | UndefinedColumn):
            sys.exit(
                f"the tables are not this version's ({reason.diag.message_primary}): run 'open311 database migrate'"
            )
        raise
    except UnicodeEncodeError:
        sys.exit("what was typed is not UTF-8")
