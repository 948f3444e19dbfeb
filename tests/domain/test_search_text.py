"""Words are prepared for searching alike in Python and in PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from open311.domain.search_text import APART, HOUSE_RANGE, folded_sql, searchable

CASES = [
    ("2001-2005 Elm St", "2001 2005 elm st"),
    ("1-2-3", "1 2 3"),
    ("Café de la señora Peña", "cafe de la senora pena"),
    ("CAFE\u0301", "cafe"),
    ("Große STRASSE, GROẞE", "grosse strasse, grosse"),
    ("Đường Nguyễn Huệ", "duong nguyen hue"),
    ("Øster Sø, Łódź, Ærø, Œuvre, Þingvellir", "oster so, lodz, aero, oeuvre, thingvellir"),
    ("İstanbul ışık", "istanbul isik"),
    ("ＣＡＦＥ １２３", "cafe 123"),
    ("ﬁre hydrant №５", "fire hydrant no5"),
    ("Ёлка ЖЁЛТАЯ", "елка желтая"),
    ("Οδός ΟΔΟΣ", "οδοσ οδοσ"),
    ("がぎぐ 東京", "がぎぐ 東京"),
    ("한국어 도로", "한국어 도로"),
    ("หลุมบนถนน", "หลุมบนถนน"),
    ("सड़क पर गड्ढा", "सड\u093cक पर गड्ढा"),
    ("شارِع", "شارِع"),
    ("pot-hole", "pot-hole"),
    ("-5", "-5"),
    ("", ""),
]


@pytest.mark.parametrize(("written", "prepared"), CASES)
def test_both_numbers_of_a_range_stand_apart(written: str, prepared: str) -> None:
    assert searchable(written) == prepared


@pytest.mark.parametrize(("written", "prepared"), CASES)
def test_postgresql_does_the_same_with_the_same_pattern(city: Any, written: str, prepared: str) -> None:
    given = {"written": written, "pattern": HOUSE_RANGE, "apart": APART}
    folding = folded_sql("CAST(:written AS text)")
    assert city.scalar(text(f"SELECT regexp_replace({folding}, :pattern, :apart, 'g')"), given) == prepared
