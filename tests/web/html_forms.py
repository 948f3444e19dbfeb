"""Forms of a page as a browser sees them: for tests that walk all forms there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import html

Typed = dict[str, list[str]]
"""Values by the names of fields."""
SECRET = "not to be kept"


@dataclass(frozen=True)
class PageForm:
    """One form: where it is sent, and its elements."""

    action: str
    element: Any

    @property
    def path(self) -> str:
        return urlsplit(self.action).path

    @property
    def fields(self) -> list[Any]:
        """What people type, tick and choose."""
        skipped = {"hidden", "submit", "image", "file", "button"}
        return [
            each for each in self.element.iter("input", "textarea", "select") if each.get("type", "text") not in skipped
        ]

    @property
    def secrets(self) -> set[str]:
        """Names of the fields with passwords and codes."""
        return {
            each.get("name")
            for each in self.fields
            if each.get("type") == "password" or each.get("autocomplete") == "one-time-code"
        }

    @property
    def values(self) -> Typed:
        """All that is sent, hidden fields too, but for buttons and files."""
        sent: Typed = {}
        for name, value in self.element.form_values():
            sent.setdefault(name, []).append(value)
        return sent

    def typed(self) -> Typed:
        """What people typed: without hidden fields and secrets."""
        names = {each.get("name") for each in self.fields} - self.secrets
        return {name: values for name, values in self.values.items() if name in names}

    def fill(self, mark: str = "Typed") -> None:
        """Type something into every field: the last choice of each list, words elsewhere."""
        for each in self.fields:
            name, kind = each.get("name"), each.get("type", "text")
            if name in self.secrets:
                each.value = SECRET
            elif each.tag == "select":
                each.value = each.value_options[-1]
            elif kind in ("checkbox", "radio"):
                each.attrib.pop("checked", None)
                if kind == "checkbox" or each is self._last_of(name):
                    each.set("checked", "checked")
            elif kind == "date":
                each.value = "2031-02-03"
            elif kind == "email":
                each.value = "ann@example.org"
            else:
                each.value = f"{mark} {name} <é> & 'more'"

    def _last_of(self, name: str) -> Any:
        return [each for each in self.fields if each.get("name") == name][-1]


def forms_of(text: str, path: str) -> list[PageForm]:
    """The forms of a page that are sent by POST."""
    page = html.fromstring(text)
    return [
        PageForm((each.get("action") or path).partition("#")[0], each)
        for each in page.forms
        if each.get("method", "get").lower() == "post"
    ]
