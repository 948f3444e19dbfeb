"""Signing in at a provider of OpenID Connect: the code flow with PKCE, state and nonce."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

SECONDS = 10
"""How long a provider may take to answer."""
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures with the provider's public key only: never ``none``, never a shared secret."""
STRONG = frozenset({"mfa", "otp", "hwk", "fpt", "face", "swk", "sc"})
"""Values of ``amr`` (RFC 8176) that say that more than a password was shown."""
LEEWAY = 120
"""Seconds by which clocks may differ."""


class OpenIDRefused(Exception):
    """The provider said no, or what it said does not hold; the text is for the log."""


@dataclass(frozen=True)
class Journey:
    """What must be kept in the browser's cookie until the person comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who came back. An address that the provider did not verify is empty."""

    issuer: str
    subject: str
    email: str
    strong: bool
    """Whether the provider saw a second factor."""


class OpenID:
    """One provider, found by its issuer's metadata."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._kept: dict[str, Any] = {}

    @cached_property
    def _http(self) -> httpx.Client:
        """One for all threads, as it costs more to make than a call; connections are not kept, calls are few."""
        return httpx.Client(timeout=SECONDS, limits=httpx.Limits(max_keepalive_connections=0))

    def start(self, back: str, journey: Journey) -> str:
        """Where to send the browser; ``back`` is where it returns to.

        :raises OpenIDRefused: the provider does not answer.
        """
        try:
            endpoint = self._metadata()["authorization_endpoint"]
        except (httpx.HTTPError, KeyError, ValueError) as fault:
            raise OpenIDRefused(f"{type(fault).__name__}: {fault}") from None
        address = prepare_grant_uri(
            endpoint,
            client_id=self._client_id,
            response_type="code",
            redirect_uri=back,
            scope="openid email",
            state=journey.state,
            nonce=journey.nonce,
            code_challenge=create_s256_code_challenge(journey.verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
        )
        return str(address)

    def finish(self, back: str, journey: Journey, code: str) -> Identity:
        """Exchange the code that came back for who it is.

        :raises OpenIDRefused: the provider does not answer, or the token does not hold.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": journey.verifier,
        }
        try:
            client = (self._client_id, self._client_secret)
            token = self._http.post(self._metadata()["token_endpoint"], data=form, auth=client)
            token.raise_for_status()
            claims = self._claims(token.json()["id_token"], journey.nonce)
        except (httpx.HTTPError, JoseError, KeyError, ValueError) as fault:
            raise OpenIDRefused(f"{type(fault).__name__}: {fault}") from None
        return Identity(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email") or "") if claims.get("email_verified") is True else "",
            strong=bool(STRONG & set(claims.get("amr") or ())),
        )

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of a token that this provider signed, for us, now, for this journey."""
        try:
            token = jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # a key that we do not know: the provider may have new ones
            self._kept.pop("keys", None)
            token = jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        expected = {
            "iss": {"essential": True, "value": self._metadata()["issuer"]},
            "aud": {"essential": True, "value": self._client_id},
        }
        claims = CodeIDToken(token.claims, token.header, expected, {"nonce": nonce, "client_id": self._client_id})
        claims.validate(leeway=LEEWAY)
        return dict(claims)

    def _metadata(self) -> dict[str, Any]:
        found = self._get("metadata", f"{self.issuer}/.well-known/openid-configuration")
        if str(found["issuer"]).rstrip("/") != self.issuer:
            raise OpenIDRefused(f"{self.issuer} says that it is {found['issuer']}")
        return found

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._get("keys", self._metadata()["jwks_uri"]))  # type: ignore[arg-type]

    def _get(self, name: str, url: str) -> dict[str, Any]:
        """What the provider publishes; asked for once."""
        if name not in self._kept:
            answer = self._http.get(url)
            answer.raise_for_status()
            self._kept[name] = answer.json()
        return self._kept[name]  # type: ignore[no-any-return]
