"""``Link``: where the other pages of a list are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from open311.api.call import Call


def link(call: Call, places: Mapping[str, str]) -> dict[str, str]:
    """The header ``Link``, or no header if there is no other page.

    ``places`` maps each relation (``next``, ``prev``, ``first``) to the parameter that leads there.
    """
    if not places:
        return {}
    here, question = f"{call.root_url}{quote(call.path)}", _question(call)
    links = [(rel, "&".join(part for part in (question, place) if part)) for rel, place in places.items()]
    return {"Link": ", ".join(f'<{here}?{query}>; rel="{rel}"' for rel, query in links)}


def _question(call: Call) -> str:
    """The query without page and cursor; as it was sent, unless a URL cannot hold it that way."""
    sent = call.query
    if not _PLAIN_QUERY.fullmatch(sent):
        sent = urlencode(list(call.arguments.items(multi=True)))
    rest = [part for part in sent.split("&") if part and part.partition("=")[0] not in ("page", "cursor")]
    return "&".join(rest)


_PLAIN_QUERY = re.compile(r"(?:[A-Za-z0-9._~!$'()*+,;:@/?=&-]|%[0-9A-Fa-f]{2})*")
