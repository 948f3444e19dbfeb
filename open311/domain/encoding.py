"""An error handler for ``bytes.decode`` that takes bytes that are not UTF-8 for Windows-1252."""

from __future__ import annotations

import codecs

OR_WINDOWS_1252 = "windows-1252"
"""The handler's name (``errors=OR_WINDOWS_1252``). Older programs in use still send Windows-1252."""


def _as_windows_1252(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", "replace"), fault.end


codecs.register_error(OR_WINDOWS_1252, _as_windows_1252)
