"""Reply templates for staff, ``config/replies.yaml``: check what the schema cannot, and build them."""

from __future__ import annotations

from collections.abc import Iterator

from open311.catalog.faults import Fault
from open311.catalog.files import Files, text
from open311.catalog.source import Source
from open311.domain.lifecycle import Outcome, Status
from open311.domain.reply import PLACEHOLDERS, Reply
from open311.domain.wording import placeholders


def build_replies(files: Files, jurisdiction: str) -> tuple[Reply, ...]:
    """Build the replies of one jurisdiction from the checked file; empty if the city has no such file."""
    items = files.replies.entries("replies") if files.replies else ()
    return tuple(
        Reply(
            name=item["name"],
            status=Status(item["status"]),
            texts=item["text"],
            outcome=Outcome(item["outcome"]) if "outcome" in item else None,
            services=frozenset(item.get("service", ())),
        )
        for _, item in items
        if jurisdiction in files.belongs(item)
    )


def check_replies(files: Files, source: Source) -> Iterator[Fault]:
    """Find names that occur twice, outcomes of states other than closed, and unknown services and placeholders."""
    codes = {text(each.data, "service_code") for each in files.services if isinstance(each.data, dict)}
    names: set[str] = set()
    for where, item in source.entries("replies"):
        name = text(item, "name")
        if name in names:
            yield source.fault((*where, "name"), f"a reply {name!r} stands here already")
        names.add(name)
        if "outcome" in item and text(item, "status") != Status.CLOSED:
            yield source.fault((*where, "outcome"), "only what is closed has an outcome")
        services = item.get("service")
        for code in services if isinstance(services, list) else ():
            if code not in codes:
                yield source.fault((*where, "service"), f"there is no service {code!r}")
        texts = item.get("text")
        for language, words in texts.items() if isinstance(texts, dict) else ():
            for unknown in sorted(placeholders(str(words)) - PLACEHOLDERS):
                known = ", ".join(f"{{{each}}}" for each in sorted(PLACEHOLDERS))
                yield source.fault((*where, "text", language), f"{{{unknown}}} is not known here; known are {known}")
