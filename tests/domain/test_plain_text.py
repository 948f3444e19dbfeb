"""Texts are plain: markup goes in whatever shape it comes, and what people mean by angle brackets stays."""

from __future__ import annotations

import random
import re
import time

import pytest

from open311.domain.draft import Draft, clean_line, clean_text, web_address


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<b>Big</b> <i>hole</i>", "Big hole"),
        ('<a href="https://example.org/x>y" title=">">here</a>', "here"),
        ("<a title='<b>'>here</a>", "here"),
        ("<DIV\nCLASS = x>hole</Div >", "hole"),
        ("<p>One</p><p>Two<br>three<br/>four</p>", "One\n\nTwo\nthree\nfour"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1  2"),
        ("hole<script>alert('<b>')</script> there", "hole there"),
        ("hole<SCRIPT SRC=//x.example></SCRIPT > there", "hole there"),
        ("<style>p { color: red }</style>hole", "hole"),
        ("hole<!-- a <b>comment</b> --> there", "hole there"),
        ("<!DOCTYPE html><?xml version='1.0'?>hole", "hole"),
        ("<![CDATA[hole]]>", "hole"),
        ("<svg/onload=alert(1)>hole", "hole"),
        ("<xyz onclick=alert(1)>hole", "hole"),
        ("<ann@example.org onclick=alert(1)>hole", "hole"),
        ("<o:p>hole</o:p><foo>!</foo>", "hole!"),
        ("<img src=x onerror=alert(1)", "< img src=x onerror=alert(1)"),
        ("<<b>script>alert(1)</script>", "alert(1)"),
        ("<sc<b>ript>alert(1)</script>", "alert(1)"),
    ],
)
def test_markup_goes_and_its_words_stay(sent: str, kept: str) -> None:
    assert clean_text(sent) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "a < b",
        "x<y>z",
        "a<b and c>d",
        "5 > 3",
        "<3",
        "I <3 my street",
        "temperature <10 or >30",
        "from Ann Lee <ann.lee@example.org>",
        "Cleaned & <gone>.",
        "<see photo>",
        "-> here <-",
        "R&D, AT&T; https://example.org/?a=1&copy=2&lt=3",
        "if(a<b){",
        "&#; &; &nothing; & more",
    ],
)
def test_what_only_looks_like_markup_stays(typed: str) -> None:
    assert clean_text(typed) == typed


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("AT&amp;T", "AT&T"),
        ("5 &lt; 6 &amp;&amp; 7 &gt; 6", "5 < 6 && 7 > 6"),
        ("caf&eacute; &#233; &#xe9; e&#769;", "café é é é"),
        ("&lt;b&gt;hole&lt;/b&gt;", "hole"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;hole", "hole"),
        ("&#38;#38;amp;lt;b>hole", "hole"),
        ("&&#97;mp;lt;b>hole", "hole"),
        ("a&#0;b&#11;c", "a\ufffdbc"),
    ],
)
def test_entities_become_characters_and_never_markup(sent: str, kept: str) -> None:
    assert clean_text(sent) == kept


def test_an_address_in_brackets_is_kept_without_them() -> None:
    assert clean_text("see <https://example.org/?a=b> there") == "see https://example.org/?a=b there"


def test_every_text_of_a_draft_is_plain() -> None:
    draft = Draft.of(
        "city",
        "CODE",
        lines={"address": "<b>1</b> MAIN <script>x</script>ST", "zipcode": "<i>19103</i>"},
        reporter={"first_name": "<b>Ann</b>", "email": "&lt;b&gt;ann@example.org"},
        description="<p>hole</p>",
        answers={"where": ["<u>left</u>"]},
    )
    assert (draft.address, draft.zipcode, draft.description) == ("1 MAIN ST", "19103", "hole")
    assert (draft.reporter.first_name, draft.reporter.email) == ("Ann", "ann@example.org")
    assert draft.answers == {"where": ["left"]}


def test_the_query_of_a_web_address_is_no_markup() -> None:
    assert web_address("https://example.org/?a=1&lt;=2&amp;b") == "https://example.org/?a=1&lt;=2&amp;b"


PIECES = (
    *(
        "<",
        ">",
        "</",
        "/>",
        "b",
        "script",
        "style",
        "p",
        "br",
        "svg",
        "img",
        "a",
        " ",
        "\n",
        "=",
        "'",
        '"',
        "@",
        "http:",
    ),
    *(
        "!--",
        "-->",
        "<!--",
        "&",
        "amp;",
        "lt;",
        "&lt;",
        "&gt;",
        "#60;",
        "&#x3c;",
        "#38;",
        "&#97;",
        "onerror=",
        "?",
        ":",
    ),
    *("\0", "\u0338", "e\u0301", "<![CDATA[", "]]>", "3", "ſ", "\u212a"),
)


@pytest.mark.slow
def test_hostile_texts_hold_no_tag_afterwards_and_cleaning_again_changes_nothing() -> None:
    chance = random.Random(311)
    live = re.compile(r"<(?:script|style|svg|img|br)(?=[\s/>]|$)|<[a-z][^<>]*=|<!--.*-->", re.IGNORECASE | re.ASCII)
    for _ in range(30_000):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 14)))
        for clean in (clean_text, clean_line):
            once = clean(text)
            assert clean(once) == once, text
            assert not live.search(once), text


def nested(depth: int) -> str:
    """An entity whose letters are entities, and so on."""
    text = "amp;"
    for _ in range(depth):
        text = f"&{text}#97;mp;"
    return text


HOSTILE = [
    *(
        piece * (100_000 // len(piece))
        for piece in ("<", "<a", "<a ", '<a b="', "<a ='", "<!--", "<script>", "<?x", "</")
    ),
    *(
        piece * (100_000 // len(piece))
        for piece in ("&", "&amp;", "&#38;", "&#0", "&lt;", "&&#97;mp;", "<p>", "\n <p>")
    ),
    "<" * 33_000 + "b>" * 33_000,
    nested(12_000),
    "&" + "#38;" * 25_000 + "lt;b>",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{text[:8]}...{text[-8:]}")
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    once = clean_text(text)
    assert time.process_time() - began < 2
    assert clean_text(once) == once
