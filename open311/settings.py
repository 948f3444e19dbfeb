"""What differs from one machine to the next: settings from the environment, and how they are handed on.

``script/server`` reads this file by itself, so it needs nothing that takes time to load.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from open311.domain.roles import Role


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
    outbound_allow: str | None = None
    """Networks that may be called although they are not public, with commas between (webhooks, push, referrals)."""
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
            outbound_allow=given.get("OUTBOUND_ALLOW") or None,
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
