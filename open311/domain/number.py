"""Numbers of service requests, the ids by which everybody names them, as other systems gave them."""

from __future__ import annotations

import re

MAX_NUMBER_CHARACTERS = 100
"""The most characters in a number."""

_PAGE = re.compile("[a-z_-]+")


def number_fault(number: str) -> str:
    """What keeps a number from being part of an address, in words; empty if it can be opened everywhere.

    Slashes are fine (``24/00123``), but browsers, proxies and this server drop dots and empty parts between them, and
    a part of lowercase letters after a slash is the name of a page (``24/merge``).
    """
    first, *others = number.split("/")
    if len(number) > MAX_NUMBER_CHARACTERS:
        return f"it is longer than {MAX_NUMBER_CHARACTERS} characters"
    if "," in number:
        return "lists of numbers have commas between them"
    if not number.isprintable():
        return "it has characters that cannot be seen"
    if not all([first, *others]):
        return "it begins or ends with a slash, or has two in a row"
    if {first, *others} & {".", ".."}:
        return "in an address, dots alone between slashes mean another place"
    if any(_PAGE.fullmatch(part) for part in others):
        return "what follows a slash needs more than lowercase letters, which name a page"
    return ""
