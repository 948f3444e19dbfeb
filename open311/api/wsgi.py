"""What has to happen before Flask reads a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_BOUNDARY = re.compile(r"""boundary=([^";\s]*=[^";\s]*)""", re.IGNORECASE)


def quote_boundary(app: Wsgi) -> Wsgi:
    """Quote a multipart boundary that holds ``=``.

    Clients in use (OneBusAway's library) send ``boundary====123===``; unquoted, the form would read as empty.
    """

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind = environ.get("CONTENT_TYPE", "")
        if "=" in kind and kind[:10].lower() == "multipart/":
            environ["CONTENT_TYPE"] = _BOUNDARY.sub(r'boundary="\1"', kind)
        return app(environ, start_response)

    return run
