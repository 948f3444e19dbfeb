"""Bytes of older programs become text, whatever they are."""

from __future__ import annotations

import pytest

from open311.domain.encoding import OR_WINDOWS_1252


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("café".encode(), "café"),
        ("café".encode("cp1252"), "café"),
        ("“Tires”".encode("cp1252"), "“Tires”"),
        ("naïve ".encode() + "café".encode("cp1252"), "naïve café"),
        (b"\x81", "\ufffd"),  # stands for nothing in Windows-1252
        (b"", ""),
    ],
)
def test_what_is_no_utf_8_is_taken_for_windows_1252(sent: bytes, read: str) -> None:
    assert sent.decode("utf-8", OR_WINDOWS_1252) == read


def test_the_handler_is_only_for_reading() -> None:
    with pytest.raises(UnicodeEncodeError):
        "\ud800".encode("utf-8", OR_WINDOWS_1252)
