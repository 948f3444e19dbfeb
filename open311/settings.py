"""Settings: what differs from one machine to the next, read from environment variables.

``script/server`` loads this module by itself, so it imports nothing that is slow to load.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from open311.domain.roles import MATRIX, Act, Role


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one machine to the next.

    Each field is read from the environment variable of its name in capitals (``database_url`` from ``DATABASE_URL``).
    """

    database_url: str = "postgresql+psycopg:///open311"
    """The SQLAlchemy URL of the PostgreSQL database."""
    city_dir: Path | None = None
    """The directory with ``config/`` and ``service_definitions/``; None for the checkout's, or the packaged one."""
    media_dir: Path = Path("var/media")
    """The directory where photos are stored."""
    public_url: str | None = None
    """The URL at which clients reach this server; None to take it from each HTTP request."""
    host: str = "127.0.0.1"
    """The address that the server listens on."""
    port: int = 8311
    """The TCP port that the server listens on."""
    threads: int = 4
    """The number of requests that each process works on at the same time."""
    trusted_proxies: int = 0
    """The number of proxies in front of the server whose ``X-Forwarded-*`` headers are believed."""
    writes_per_minute: int = 0
    """The most writes per minute of one API key, counted over all workers; 0 for no limit."""
    reads_per_minute: int = 0
    """The most reads per minute of one client, counted in each worker process; 0 for no limit."""
    updates_enabled: bool = True
    """Whether the API offers ``servicerequestupdates``."""
    pool_size: int = 8
    """The number of database connections in each of a process's two pools (reading and writing)."""
    smtp_url: str | None = None
    """The mail server, ``smtp://user:password@host:587`` or ``smtps://``; None to write mail to files in ``var/mail``.

    With a password or ``smtps://``, the server's certificate must be valid for its name.
    """
    mail_from: str = "open311@localhost"
    """The sender's address of outgoing mail."""
    sms_url: str | None = None
    """The text message provider, ``twilio://ACCOUNT:TOKEN@HOST/NUMBER``; None to write texts to ``var/sms``."""
    outbound_allow: str | None = None
    """Networks that webhooks, push and referrals may call although they are not public, separated by commas."""
    secret_key: str | None = None
    """The key that signs cookies and seals secrets, the same for all processes. Without one, nobody can sign in."""
    trusted_prefix: bool = False
    """Whether the proxies' ``X-Forwarded-Prefix`` is believed too, for a server below a path of its host."""
    second_factor_roles: frozenset[Role] = frozenset(role for role in Role if Act.READ_PERSONAL in MATRIX[role])
    """Roles that grant nothing until their holder has signed in with a second factor: all that read about people."""
    session_idle_minutes: int = 30
    """How long staff may be idle before they must sign in again, in minutes."""
    session_hours: int = 12
    """How long a staff session lasts at most, however busy, in hours."""
    openid_issuer: str | None = None
    """The URL of the city's OpenID Connect provider, where staff may sign in; None for no such provider."""
    openid_client_id: str | None = None
    """The client id of this server at the OpenID Connect provider."""
    openid_client_secret: str | None = None
    """The client secret of this server at the OpenID Connect provider."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from environment variables (by default the process's own); unset ones keep their defaults.

        :raises ValueError: when a number is not a whole number, or a role does not exist.
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
            threads=max(number("THREADS", cls.threads), 1),
            trusted_proxies=number("TRUSTED_PROXIES", cls.trusted_proxies),
            trusted_prefix=_flag(given.get("TRUSTED_PREFIX"), cls.trusted_prefix),
            writes_per_minute=number("WRITES_PER_MINUTE", cls.writes_per_minute),
            reads_per_minute=number("READS_PER_MINUTE", cls.reads_per_minute),
            updates_enabled=_flag(given.get("UPDATES_ENABLED"), cls.updates_enabled),
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
        """The server's base URL, as it is written into stored documents and letters."""
        return self.public_url or f"http://{self.host}:{self.port}"


def _flag(text: str | None, default: bool) -> bool:
    return text.strip().lower() not in ("", "0", "false", "no", "off") if text is not None else default


def _roles(text: str) -> frozenset[Role]:
    """Read roles separated by commas; the word ``none`` stands for no role at all."""
    return frozenset(Role(name.strip()) for name in text.split(",") if name.strip() not in ("", "none"))


def _psycopg(url: str) -> str:
    """Return the database URL with psycopg named as its driver."""
    scheme, colon, rest = url.partition("://")
    return f"postgresql+psycopg{colon}{rest}" if scheme in ("postgres", "postgresql") else url


def hand_over(file: Path, environment: Mapping[str, str]) -> None:
    """Write every setting that is set to a file that only its owner may read, for ``beside_server``."""
    names = [field.name.upper() for field in fields(Settings)]
    given = {name: environment[name] for name in names if name in environment}
    given |= {name: str(Path(given[name]).absolute()) for name in ("CITY_DIR", "MEDIA_DIR") if given.get(name)}
    whole = file.with_suffix(".new")  # a command that starts at this very moment reads all of it or nothing
    whole.unlink(missing_ok=True)
    whole.touch(0o600, exist_ok=False)
    whole.write_text(json.dumps(given), "utf-8")
    whole.replace(file)


def beside_server(file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the ``script/server`` running in this checkout, for commands typed beside it.

    Empty if the environment names a database, or no server is running (the file goes when the server ends). Variables
    of the environment win.
    """
    if "DATABASE_URL" in environment or not file.is_file():
        return {}
    given = json.loads(file.read_text("utf-8"))
    return {name: value for name, value in given.items() if name not in environment}
