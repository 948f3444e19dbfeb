"""A line to the database that can be cut, or hang, as networks and servers do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url


class Line:
    """What goes between a client and PostgreSQL's socket."""

    def __init__(self, there: str, here: Path) -> None:
        self._there = there
        self._open: list[socket.socket] = []
        self._free = threading.Event()
        self._free.set()
        self.is_cut = False
        self._heard = False
        self.cut_at: bytes | None = None
        """What a client says before the line is cut: PostgreSQL hears it, and nobody hears its answer."""
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(here))
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def hang(self) -> None:
        """Let nothing pass from here on, while every connection stays open."""
        self._free.clear()

    def cut(self) -> None:
        """End every connection, and take no new one."""
        self.is_cut = True
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        """Let everything pass again."""
        self.is_cut, self.cut_at = False, None
        self._free.set()

    def close(self) -> None:
        """The end."""
        self.cut()
        self._free.set()
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            if self.is_cut:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._there)
            self._open += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(source, target, source is client), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with source, suppress(OSError):
            while data := source.recv(65536):
                self._free.wait()
                if not asks and self.cut_at and self._heard:
                    self.cut()  # PostgreSQL has done it, and its answer gets lost
                    break
                self._heard = asks and self.cut_at is not None and self.cut_at in data
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(database_url: str, directory: Path) -> Iterator[tuple[Line, str]]:
    """A line to a database's server, and the URL by which it is used."""
    url = make_url(database_url)
    port = url.query.get("port", url.port or 5432)
    line = Line(f"{url.query['host']}/.s.PGSQL.{port}", directory / f".s.PGSQL.{port}")
    try:
        yield line, url.update_query_dict({"host": str(directory)}).render_as_string(hide_password=False)
    finally:
        line.close()
