"""Clients of others ask a real server."""

from tests.serving import server

__all__ = ["server"]
