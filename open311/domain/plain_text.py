"""Plain text out of what people type or paste: HTML goes, what only looks like it stays (GeoReport v2: "not html")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import unescape
from html.entities import html5

MAX_LAYERS = 8
"""How often markup is taken out of what was left of the time before; text with more layers than this is an attack."""

_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        """
    a abbr acronym address animate applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote
    body br button canvas caption center circle cite code col colgroup command content data datalist dd defs del details
    desc dfn dialog dir div dl dt ellipse em embed fieldset figcaption figure filter font footer foreignobject form
    frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label
    layer legend li line link listing main map mark marquee math menu menuitem meta meter nav nobr noembed noframes
    noscript object ol optgroup option output p param path picture plaintext polygon polyline portal pre progress q rb
    rect rp rt rtc ruby s samp script section select shadow slot small source spacer span strike strong style sub
    summary sup svg table tbody td template text textarea tfoot th thead time title tr track tt u ul use var video wbr
    xml xmp xss
    """,
    )
)
"""Names that nobody writes in angle brackets unless they mean markup."""
_LINES = frozenset(
    re.findall(
        r"\w+",
        """
    address article aside blockquote br center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
    header hr li main nav ol p pre section table tr ul
    """,
    )
)
"""Elements that begin a new line."""
_CELLS = frozenset(("td", "th"))

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# Every pattern is linear in time: none runs past the next "<", and what it has taken it does not give back.
_COMMENT = (re.compile("<!--"), re.compile("-->"))
_CODE = [
    (re.compile(rf"<{name}(?=[\s/>])[^<>]*+>", re.IGNORECASE), re.compile(rf"</{name}[^<>]*+>", re.IGNORECASE))
    for name in ("script", "style")
]
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/<>]*+)((?:[^<>=]|=\s*+(?:"[^"<]*+"|'[^'<]*+')?+)*+)>""")
_OPEN_END = re.compile(r"<(?=(/?)([A-Za-z][^\s/<>]*+)([^<>]*+)(?:<|\Z))")
_DECLARATION = re.compile(r"<(?:![A-Za-z\[-]|\?[A-Za-z])[^<>]*+>")
_MAIL = re.compile(r"""[^\s@/<>="'`]++@[^\s@/<>="'`]++""")
_WEB = re.compile(r"(?:https?:|mailto:|tel:)\S+", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:amp;|#0*+38;|#[xX]0*+26;)*+(#\d{1,12};|#[xX][0-9A-Fa-f]{1,12};|[A-Za-z][A-Za-z0-9]{1,31};)?+"
)
_MANY_LINES = re.compile(r"\n[ \t]*+\n[ \t]*+\n\s*+")
_LIVE = re.compile(r"[<&](?=\S)")


def plain_text(text: str) -> str:
    """Make a text of several lines plain: without HTML and without characters that XML cannot represent, NFC, trimmed.

    Line ends are LF. Doing it again changes nothing, and the time grows with the length of the text alone.
    """
    legal = legal_text(text)
    return legal if "<" not in legal and "&" not in legal else legal_text(_without_markup(legal))


def legal_text(text: str) -> str:
    """Leave out the characters of a text that XML cannot represent; NFC, trimmed, line ends as LF."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _legal(text).strip()


def _legal(text: str) -> str:
    return unicodedata.normalize("NFC", _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def _without_markup(text: str) -> str:
    """Take HTML out of a text: tags with their attributes, comments, scripts and styles with their content.

    Entities become their characters, and if these make markup, it goes too, so that no text becomes markup by being
    decoded once more. Paragraphs and ``<br>`` become line ends. ``a < b``, ``<3``, ``<ann@example.org>`` and ``x<y>z``
    stay.
    """
    for _ in range(MAX_LAYERS):
        if "<" not in text and "&" not in text:
            return text
        peeled = _legal(_ENTITY.sub(_character, _without_tags(text)))
        if peeled == text:
            return text
        text = peeled
    return _LIVE.sub(r"\g<0> ", text)


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    bare = text
    for start, end in (_COMMENT, *_CODE):
        bare = _cut(bare, start, end)
    if "<![CDATA[" in bare:
        bare = bare.replace("<![CDATA[", "").replace("]]>", "")
    bare = _DECLARATION.sub("", bare)
    bare = _TAG.sub(_replacement({found[2].lower() for found in _TAG.finditer(bare) if found[1]}), bare)
    if bare != text:
        bare = _MANY_LINES.sub("\n\n", bare)
    return _OPEN_END.sub(_apart, bare)


def _cut(text: str, start: re.Pattern[str], end: re.Pattern[str]) -> str:
    """Cut out everything from each start to the end after it; a start without an end cuts nothing."""
    kept, position = [], 0
    while (opened := start.search(text, position)) and (closed := end.search(text, opened.end())):
        kept.append(text[position : opened.start()])
        position = closed.end()
    return "".join((*kept, text[position:]))


def _replacement(closed: set[str]) -> Callable[[re.Match[str]], str]:
    """What stands for a tag; ``closed`` has the names of all closing tags."""

    def replace(found: re.Match[str]) -> str:
        slash, name, rest = found[1], found[2].lower(), found[3]
        inside = f"{found[2]}{rest}"
        if not slash and _MAIL.fullmatch(inside):
            return found[0]
        if not slash and _WEB.fullmatch(inside):
            return inside
        if name in _LINES:
            return "\n"
        if name in _CELLS:
            return " "
        meant = slash or name in closed or ":" in name.strip(":") or rest.endswith("/") or "=" in inside
        return "" if meant or (name in _ELEMENTS and not _is_variable(name, rest)) else found[0]

    return replace


def _is_variable(name: str, rest: str) -> bool:
    """Whether a letter is compared rather than a tag opened, as in ``a<b and c>d``."""
    return name in tuple("abiqsu") and bool(rest.strip())


def _apart(found: re.Match[str]) -> str:
    """Keep an opening bracket that nothing closes, but so that a bracket of somebody else's page cannot close it."""
    name, rest = found[2].lower(), found[3]
    harmless = len(name) == 1 or name not in _ELEMENTS
    return "<" if harmless and "=" not in name + rest else "< "


def _character(found: re.Match[str]) -> str:
    """The character of an entity, however often its ``&`` was encoded; what is no entity stays as it is."""
    named = found[1]
    if named is None:
        return "&"
    if named[0] != "#" and named not in html5:
        return f"&{named}"
    return unescape(f"&{named}")
