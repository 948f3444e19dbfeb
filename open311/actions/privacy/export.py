"""Hand out all that is stored about one person: a document with a table of contents, and the person's photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction
from open311.actions.privacy.audit_target import audit_target
from open311.actions.privacy.registry import KINDS
from open311.domain.moment import now
from open311.domain.person import Who
from open311.domain.roles import Act
from open311.queries.privacy.sections import read_section
from open311.queries.privacy.subject import subject_of

NOT_STORED = (
    'Who said "me too" is not held: only that somebody did, and when. Of links in messages and of sessions, and of API'
    " keys, only hashes are held. Copies of all this are in back-ups until these are overwritten."
)


@dataclass(frozen=True, slots=True)
class Export:
    """The document, and the files that belong to it by their names."""

    document: dict[str, Any]
    files: Mapping[str, bytes]


@transaction
def export_person(environment: Environment, who: Who, actor: Actor) -> Export:
    """Collect everything about one person, and nothing about others: a section of each kind of personal data.

    :raises NotAllowed: when no grant of the actor covers the whole city.
    """
    permit(actor, Act.EXPORT_PERSON, audit_target(environment, who))
    subject = subject_of(who)
    contents, sections, files = [], {}, {}
    for section in (kind.section for kind in KINDS.values() if kind.section):
        rows = read_section(section.rows, subject)
        sections[section.name] = rows
        contents.append({"section": section.name, "about": section.about, "entries": len(rows)})
        if section.files:
            files.update(section.files(environment, rows))
    document = {"about": str(who), "made_at": now(), "contents": contents, "not_held": NOT_STORED, **sections}
    return Export(document, files)
