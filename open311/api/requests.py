"""Requests as Werkzeug reads them, and where it loses what clients in use send."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import Request
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_host


class Sent(Request):
    """What was sent. A form that is not multipart is as small as a text part: it is read into memory whole."""

    @cached_property
    def host(self) -> str:
        """As ``host_of`` says."""
        return host_of(self.environ)

    def make_form_data_parser(self) -> FormDataParser:
        """The parser, after the limit is set."""
        if self.mimetype == "application/x-www-form-urlencoded":
            self.max_content_length = self.max_form_memory_size
        return super().make_form_data_parser()


def host_of(environ: dict[str, Any]) -> str:
    """The host that was asked, with its port if that is not the usual one; nothing where it can be no host.

    Names in networks of containers have underscores, of which Werkzeug's rules know nothing.
    """
    host, named = get_host(environ), str(environ.get("HTTP_HOST", ""))
    if not host and "_" in named:  # the same rules; at most a port was taken off the end
        host = named[: len(get_host({**environ, "HTTP_HOST": named.replace("_", "-")}))]
    return host
