"""Response headers of every page."""

from __future__ import annotations

from flask import Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # addresses of pages hold the secrets of links
    "X-Frame-Options": "DENY",
}


def add_headers(response: Response) -> Response:
    """Set the headers on a page. Files of ``web/static`` bring their own."""
    if request.endpoint != "web.static":
        response.headers.update(HEADERS)
    return response
