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

CALL_SECONDS = 10
"""How long a provider may take to connect, and between two parts of its answer."""
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures with the provider's public key only: never ``none``, never a shared secret."""
STRONG = frozenset({"mfa", "otp", "hwk", "fpt", "face", "swk", "sc"})
"""Values of ``amr`` (RFC 8176) that say that more than a password was shown."""
LEEWAY_SECONDS = 120
"""By how much the clocks of provider and server may differ."""


class OpenIDRefused(Exception):
    """The provider refused or did not answer, or its token does not hold; the text is for the log."""


@dataclass(frozen=True)
class Journey:
    """What the browser's cookie holds until the person comes back: values that only this sign-in has."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who came back. ``email`` is empty where the provider did not verify it."""

    issuer: str
    subject: str
    email: str
    strong: bool
    """Whether the provider saw a second factor."""


class OpenID:
    """One provider, found by the metadata of its issuer (OpenID Connect Discovery 1.0)."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._published: dict[str, Any] = {}

    @cached_property
    def _http(self) -> httpx.Client:
        """One client for all threads, as making one costs more than a call. Connections are closed: calls are few."""
        return httpx.Client(timeout=CALL_SECONDS, limits=httpx.Limits(max_keepalive_connections=0))

    def start(self, back: str, journey: Journey) -> str:
        """Return the URL to send the browser to; ``back`` is the URL that it returns to.

        :raises OpenIDRefused: when the provider does not answer.
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
        """Exchange the code that came back for the identity of the person.

        :raises OpenIDRefused: when the provider does not answer, or its token does not hold.
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
        """Return the claims of a token, if this provider signed it for this server, this sign-in and now."""
        try:
            token = jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # an unknown key: the provider may have new ones
            self._published.pop("keys", None)
            token = jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        expected = {
            "iss": {"essential": True, "value": self._metadata()["issuer"]},
            "aud": {"essential": True, "value": self._client_id},
        }
        claims = CodeIDToken(token.claims, token.header, expected, {"nonce": nonce, "client_id": self._client_id})
        claims.validate(leeway=LEEWAY_SECONDS)
        return dict(claims)

    def _metadata(self) -> dict[str, Any]:
        found = self._get("metadata", f"{self.issuer}/.well-known/openid-configuration")
        if str(found["issuer"]).rstrip("/") != self.issuer:
            raise OpenIDRefused(f"{self.issuer} says that it is {found['issuer']}")
        return found

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._get("keys", self._metadata()["jwks_uri"]))  # type: ignore[arg-type]

    def _get(self, name: str, url: str) -> dict[str, Any]:
        """Fetch what the provider publishes, once."""
        if name not in self._published:
            answer = self._http.get(url)
            answer.raise_for_status()
            self._published[name] = answer.json()
        return self._published[name]  # type: ignore[no-any-return]
