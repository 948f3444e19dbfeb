"""Bytes that should be UTF-8 as text: an error handler for ``bytes.decode``, by its name."""

from __future__ import annotations

import codecs

OR_WINDOWS_1252 = "windows-1252"
"""Bytes that are no UTF-8 come from an older program, which wrote Windows-1252."""


def _as_windows_1252(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", "replace"), fault.end


codecs.register_error(OR_WINDOWS_1252, _as_windows_1252)
