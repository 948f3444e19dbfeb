"""What people type by hand, made equal however their keyboard writes it: codes and passwords."""

from __future__ import annotations

import unicodedata

from precis_i18n import get_profile

from open311.domain.digits import plain_digits, usual_width

_LEFT_OUT = ("Cc", "Cf", "Pd", "Zs")
"""Categories of characters that stand between the digits of a code or are invisible: spaces, dashes, marks."""
_OPAQUE = get_profile("OpaqueString")


def plain_code(text: str) -> str:
    """Return a code as it was meant: letters and digits in ASCII and lower case, without spaces, dashes and marks.

    Letters and digits may be full-width, digits of any script.
    """
    usual = plain_digits(usual_width(text))
    return "".join(each for each in usual if unicodedata.category(each) not in _LEFT_OUT).lower()


def plain_password(text: str) -> str | None:
    """Return a password in the one form in which it is hashed and compared, or None if it cannot be one.

    That is the profile OpaqueString of RFC 8265: letters composed (NFC), any space as a plain one, nothing that is
    invisible or a control character; case and width count.
    """
    try:
        return str(_OPAQUE.enforce(text))
    except UnicodeEncodeError:
        return None
