"""Sign in at an OpenID Connect provider: the authorization code flow with PKCE, state and nonce."""

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
"""How long a provider may take to connect, and between two parts of its answer, in seconds."""
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""The signature algorithms that tokens may use: only those with a public key, never ``none`` or a shared secret."""
STRONG_METHODS = frozenset({"mfa", "otp", "hwk", "fpt", "face", "swk", "sc"})
"""Values of the claim ``amr`` (RFC 8176) that mean that more than a password was asked for."""
LEEWAY_SECONDS = 120
"""How far the clocks of the provider and of this server may differ, in seconds."""


class OpenIDRefused(Exception):
    """The provider refused or did not answer, or its token is not valid; the message is for the log."""


@dataclass(frozen=True)
class Journey:
    """The random values of one sign-in, which a cookie holds until the person comes back from the provider."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """The person whom the provider vouches for. ``email`` is empty if the provider did not verify it."""

    issuer: str
    subject: str
    email: str
    strong: bool
    """Whether the provider asked for a second factor."""


class OpenID:
    """An OpenID Connect provider, found by its issuer's metadata (OpenID Connect Discovery 1.0)."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id, self._client_secret = client_id, client_secret
        self._published: dict[str, Any] = {}

    @cached_property
    def _http(self) -> httpx.Client:
        """The HTTP client of all threads: making one costs more than a call. Calls are few, so none stays open."""
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

        :raises OpenIDRefused: when the provider does not answer, or its token is not valid.
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
            strong=bool(STRONG_METHODS & set(claims.get("amr") or ())),
        )

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of a token that this provider signed for this server and sign-in and that is valid now."""
        try:
            token = jwt.decode(id_token, self._keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # an unknown key: the provider may have changed its keys
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
        """Fetch a document that the provider publishes; it is fetched once and then remembered."""
        if name not in self._published:
            answer = self._http.get(url)
            answer.raise_for_status()
            self._published[name] = answer.json()
        return self._published[name]  # type: ignore[no-any-return]
