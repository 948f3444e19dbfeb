"""Who reads and who writes: API keys, and the limits that are counted for each."""

from __future__ import annotations

from flask import request

from open311.actions.base.write_limits import count_write
from open311.api.call import parameter
from open311.api.installation import installation
from open311.api.limits import HOUR_SECONDS, MINUTE_SECONDS
from open311.api.wsgi import COUNTED
from open311.catalog.city import Jurisdiction
from open311.domain.errors import KeyRefused
from open311.queries.accounts.api_clients import Client, client_of


def writer(jurisdiction: Jurisdiction, scope: str | None) -> Client | None:
    """The client that writes, its write counted; None where the jurisdiction takes a few reports without a key.

    :raises KeyRefused: when the key is missing, unknown or revoked, or lacks the scope.
    :raises TooManyRequests: when the limit is used up.
    """
    api_key, here = parameter("api_key"), installation()
    if not api_key:
        if not jurisdiction.anonymous_per_hour or scope != "requests":
            raise KeyRefused(f"api_key required. {jurisdiction.key_service}")
        count_write(f"{jurisdiction.key}:{request.remote_addr}", jurisdiction.anonymous_per_hour, HOUR_SECONDS)
        return None
    client = client_of(jurisdiction.key, api_key)
    if client is None:
        raise KeyRefused(f"api_key is not valid. {jurisdiction.key_service}")
    if scope and scope not in client.scopes:
        raise KeyRefused(f"this api_key may not write {scope}")
    most = here.writes_per_minute if client.writes_per_minute is None else client.writes_per_minute
    count_write(f"{jurisdiction.key}:key:{client.key}", most, MINUTE_SECONDS)
    return client


def limit_reads(jurisdiction: Jurisdiction) -> None:
    """Count a read: against the key if a valid one is given, otherwise against the address.

    :raises TooManyRequests: when the limit is used up.
    """
    if request.method != "GET" or COUNTED in request.environ:
        return
    here = installation()
    most, bucket = here.reads_per_minute, str(request.remote_addr)
    if (api_key := parameter("api_key")) and (client := client_of(jurisdiction.key, api_key)):
        bucket = f"key:{client.key}"
        most = most if client.reads_per_minute is None else client.reads_per_minute
    here.read_limit.count(f"{jurisdiction.key}:{bucket}", most)
