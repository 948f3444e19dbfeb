"""What a client would rather have, by ``Accept`` (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MIMEAccept

HTML = "text/html"


def preferred(accept: MIMEAccept, offered: Iterable[str]) -> str | None:
    """The media type with the highest quality; of equals the one that is named itself, then the first that is offered.

    None if the client takes none of them. Werkzeug's ``best`` and ``best_match`` go by the most exact entry first,
    which in Chrome and Edge is ``application/signed-exchange;v=b3;q=0.7``.
    """
    named = {_plain(each) for each in accept.values()}
    ranked = {kind: (accept.quality(kind), _plain(kind) in named) for kind in offered}
    best = max(ranked, key=ranked.__getitem__)
    return best if ranked[best][0] > 0 else None


def _plain(kind: str) -> str:
    return kind.replace(" ", "").lower()


def wants_page(accept: MIMEAccept) -> bool:
    """Whether somebody looks with a browser: a page is preferred to every format of a document."""
    return preferred(accept, ("text/xml", "application/xml", "application/json", HTML)) == HTML
