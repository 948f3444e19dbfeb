"""Whom to write to about an API key."""

from __future__ import annotations

from open311.actions.privacy.kind import Kind, Section, erase_by
from open311.queries.privacy.naming import IN_CONTACT
from open311.queries.privacy.sections import own_rows
from open311.queries.reading import Statement

_CONTACTS = Statement(f"UPDATE api_client SET contact = :tombstone WHERE {IN_CONTACT}")


KIND = Kind(
    rank=95,
    columns="api_client: name contact",
    section=Section(
        "api_keys",
        "API keys for which you are the contact",
        own_rows("api_client", "jurisdiction, name, contact, scopes, created_at, revoked_at", IN_CONTACT),
    ),
    erase=erase_by(_CONTACTS),
    stays="The key, which works on: it is the app's, whose residents should not lose it.",
)
