"""What is sent with POST: fields of the form or the query, files, and what of it nobody reads."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote

from flask import request
from werkzeug.datastructures import MultiDict

from open311.api.call import arguments_of_query

ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](?:\[[0-9]*\])?")
"""The name of a parameter that answers a question of the service; the group is the question's code."""
MAX_NAMED = 20
"""The most parameters that the header names."""


def sent() -> MultiDict[str, str]:
    """The fields of the form, and those of the query that the form does not have."""
    fields: MultiDict[str, str] = MultiDict(request.form)
    given = {name for name, texts in fields.lists() if any(text.strip() for text in texts)}
    for name, texts in arguments_of_query().lists():
        if name not in given:
            fields.setlist(name, texts)
    return fields


def media_urls(arguments: MultiDict[str, str]) -> list[str]:
    """The addresses of pictures, in the order in which they were sent."""
    return [text for name in ("media_url", "media_url[]") for text in arguments.getlist(name)]


def uploads() -> list[tuple[str, bytes]]:
    """Every file of the body with the name of its field, the field ``media`` first.

    A browser sends an empty file for a field in which none was chosen; it is none.
    """
    files = sorted(request.files.items(multi=True), key=lambda item: item[0] != "media")
    read = ((name, file, file.read()) for name, file in files)
    return [(name, content) for name, file, content in read if content or file.filename]


def ignored(arguments: MultiDict[str, str], known: Collection[str]) -> dict[str, str]:
    """The header that names the parameters that nobody reads, if there are any."""
    unknown = [name for name in arguments if name not in known and not ATTRIBUTE.fullmatch(name)]
    if not unknown:
        return {}
    named = [quote(name[:100], safe="[]") for name in unknown[:MAX_NAMED]]
    return {"Ignored-Parameters": ", ".join(named)}
