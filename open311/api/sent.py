"""What is sent with POST: fields of the form or the query, files, and what of it nobody reads."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote

from flask import request
from werkzeug.datastructures import MultiDict

ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](?:\[[0-9]*\])?")
"""The name of a parameter that answers a question of the service; the group is the question's code."""
MAX_NAMED = 20
"""The most parameters that the header names."""


def sent() -> MultiDict[str, str]:
    """The fields of the form, and those of the query that the form does not have. ``media_url[]`` is ``media_url``."""
    given = {name for name, texts in request.form.lists() if any(text.strip() for text in texts)}
    beside = [(name, text) for name, text in request.args.items(multi=True) if name not in given]
    fields = [(name, text) for name, text in request.form.items(multi=True) if name in given]
    named = {"media_url[]": "media_url"}
    return request.parameter_storage_class([(named.get(name, name), text) for name, text in (*fields, *beside)])


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
