"""Headers of mail as other programs have to find them: structured ones are never encoded, nor folded inside a word.

Python folds a header that it does not know, and every long word, as if it were prose: an address becomes
``=?utf-8?q?...``, which no program follows. Here each structured header is written as its own grammar has it.
"""

from __future__ import annotations

import re
import textwrap
from email.header import Header
from email.headerregistry import HeaderRegistry, UniqueAddressHeader, UnstructuredHeader
from email.policy import EmailPolicy, Policy
from typing import Any, cast
from urllib.parse import quote, urlsplit, urlunsplit

from open311.domain.contact import ascii_host

LINE_CHARACTERS = 76
"""The longest line of a header, in characters, where it can be folded (RFC 5322, section 2.1.1)."""
MAX_NAME_CHARACTERS = 200
"""The longest display name of an address, in characters; the rest is cut."""
MAX_SUBJECT_CHARACTERS = 300
"""The longest subject, in characters; the rest is cut."""

_PLAIN_NAME = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+( [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_BARE = ("list-unsubscribe", "list-unsubscribe-post", "message-id", "in-reply-to", "references", "auto-submitted")


class _Bare(UnstructuredHeader):
    """A header whose words mean something to programs: it is folded between words only."""

    def fold(self: Any, *, policy: Policy) -> str:
        """Write the header."""
        written = f"{self.name}: {self}"
        between = " " if len(written) <= LINE_CHARACTERS else f"{policy.linesep} "
        first, *others = str(self).split()
        return f"{self.name}: {between.join([first, *others])}{policy.linesep}"


class _Addresses(UniqueAddressHeader):
    """Addresses with names of any letters."""

    def fold(self: Any, *, policy: Policy) -> str:
        """Write the header."""
        written = [_named(each.display_name, each.addr_spec, self.name, policy.linesep) for each in self.addresses]
        return f"{self.name}: " + f",{policy.linesep} ".join(written) + policy.linesep


def _named(name: str, address: str, header: str, linesep: str) -> str:
    if not name:
        return address
    if name.isascii():
        quoted = name if _PLAIN_NAME.fullmatch(name) else '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))
        rows = textwrap.wrap(quoted, LINE_CHARACTERS - len(header) - 2, break_long_words=False, break_on_hyphens=False)
        shown = f"{linesep} ".join(rows)
    else:
        shown = Header(name, "utf-8", maxlinelen=LINE_CHARACTERS, header_name=header).encode(linesep=linesep)
    last = shown.rpartition(linesep)[2]
    between = " " if len(header) + 2 + len(last) + len(address) + 3 <= LINE_CHARACTERS else f"{linesep} "
    return f"{shown}{between}<{address}>"


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in _BARE:
        registry.map_to_type(name, cast(Any, _Bare))
    for name in ("from", "to", "reply-to"):
        registry.map_to_type(name, cast(Any, _Addresses))
    return registry


MAIL_POLICY = EmailPolicy(linesep="\r\n", cte_type="7bit", header_factory=_registry())
"""How our mail is written, for servers of any age."""


def one_line(text: str, limit: int) -> str:
    """Return a text as a header holds it: one line, no control characters, at most ``limit`` characters."""
    spoken = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(spoken.replace("=?", "= ?").split())  # what begins like an encoded word is not one
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def uri(url: str) -> str:
    """Return a web address in ASCII: its host in A-labels, all else percent-encoded (RFC 3987, section 3.1)."""
    if url.isascii():
        return url.replace(" ", "%20")
    parts = urlsplit(url)
    host = ascii_host(parts.hostname or "")
    netloc = f"{host}:{parts.port}" if parts.port else host
    path, query, fragment = (quote(each, safe="%/?:@!$&'()*+,;=~-._") for each in parts[2:])
    return urlunsplit((parts.scheme, netloc, path, query, fragment))
