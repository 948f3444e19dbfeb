"""Who may do what: every role, every act, and one table of which role may do which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the city."""

    RESIDENT = "resident"
    LIAISON = "liaison"
    """Files reports for neighbors."""
    AGENT = "agent"
    """Answers the phone at 311."""
    CREW = "crew"
    DEPARTMENT_WORKER = "department_worker"
    SUPERVISOR = "supervisor"
    MODERATOR = "moderator"
    EDITOR = "editor"
    """Writes what residents read: articles, alerts, templates."""
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Act(StrEnum):
    """What somebody needs a role for. Every act is noted in the audit log, but for reading service requests."""

    FILE = "file"
    """File a report, or add a "me too", for somebody else."""
    READ = "read"
    """See service requests as staff do, without the people behind them."""
    READ_PERSONAL = "read_personal"
    """See who reported, how to reach them, and answers that are private."""
    PROGRESS = "progress"
    CLOSE = "close"
    REOPEN = "reopen"
    """Open again what is closed, and decide what a reporter disputes."""
    COMMENT = "comment"
    """Say something in public."""
    NOTE = "note"
    ASSIGN = "assign"
    PRIORITISE = "prioritise"
    MERGE = "merge"
    SPLIT = "split"
    REFER = "refer"
    MODERATE = "moderate"
    """Show or hide what residents wrote."""
    SET_VISIBILITY = "set_visibility"
    REDACT = "redact"
    EDIT = "edit"
    READ_FIGURES = "read_figures"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_WEBHOOKS = "manage_webhooks"
    """Say whose servers are called when something happens."""
    APPLY_RETENTION = "apply_retention"
    """Forget what was kept long enough."""
    EXPORT_PERSON = "export_person"
    """Hand out all that is stored about one person, to them."""
    ERASE_PERSON = "erase_person"


class OwnAct(StrEnum):
    """What everybody may do with their own account: noted in the audit log like an act, but no role is needed."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    END_SESSION = "end_session"
    SET_PASSWORD = "set_password"
    ADD_SECOND_FACTOR = "add_second_factor"
    REMOVE_SECOND_FACTOR = "remove_second_factor"
    MAKE_RECOVERY_CODES = "make_recovery_codes"
    USE_RECOVERY_CODE = "use_recovery_code"
    SAVE_FILTER = "save_filter"
    DELETE_FILTER = "delete_filter"


_A = Act
_WORK = {_A.READ, _A.PROGRESS, _A.CLOSE, _A.NOTE}
_CASEWORK = _WORK | {_A.READ_PERSONAL, _A.COMMENT, _A.ASSIGN, _A.MERGE, _A.SPLIT}

MATRIX: dict[Role, frozenset[Act]] = {
    Role.RESIDENT: frozenset(),
    Role.LIAISON: frozenset({_A.FILE}),
    Role.AGENT: frozenset({_A.FILE, _A.READ, _A.READ_PERSONAL, _A.COMMENT, _A.NOTE}),
    Role.CREW: frozenset(_WORK),
    Role.DEPARTMENT_WORKER: frozenset(_CASEWORK),
    Role.SUPERVISOR: frozenset(
        _CASEWORK | {_A.REOPEN, _A.PRIORITISE, _A.REFER, _A.MODERATE, _A.SET_VISIBILITY, _A.READ_FIGURES}
    ),
    Role.MODERATOR: frozenset({_A.READ, _A.NOTE, _A.MODERATE, _A.SET_VISIBILITY, _A.REDACT}),
    Role.EDITOR: frozenset({_A.EDIT}),
    Role.ANALYST: frozenset({_A.READ_FIGURES}),
    Role.ADMINISTRATOR: frozenset(Act),
    Role.AUDITOR: frozenset({_A.READ, _A.READ_FIGURES, _A.READ_AUDIT}),
}
"""Which role may do what. Administrators may do everything, so that a small town needs one person; the log notes it."""

CITY_WIDE = frozenset(
    {
        Act.EDIT,
        Act.READ_AUDIT,
        Act.MANAGE_ACCOUNTS,
        Act.MANAGE_WEBHOOKS,
        Act.APPLY_RETENTION,
        Act.EXPORT_PERSON,
        Act.ERASE_PERSON,
    }
)
"""Acts that are about no single service request, which a grant for one ward or department does not allow."""

STAFF = frozenset(Role) - {Role.RESIDENT}


@dataclass(frozen=True, slots=True)
class CaseScope:
    """What grants ask of a service request. Boundaries are spelled ``layer:code``."""

    jurisdiction: str
    department: str
    service: str
    boundaries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for every service request, or for those of a jurisdiction, department, boundary (``layer:code``), service.

    A service request has to fit everything that is named; None asks nothing.
    """

    role: Role
    jurisdiction: str | None = None
    department: str | None = None
    boundary: str | None = None
    service: str | None = None

    def covers(self, case: CaseScope) -> bool:
        """Return whether a service request fits everything that the grant names."""
        return (
            self.jurisdiction in (None, case.jurisdiction)
            and self.department in (None, case.department)
            and self.service in (None, case.service)
            and (self.boundary is None or self.boundary in case.boundaries)
        )


def giving(grants: Iterable[Grant], act: Act) -> list[Grant]:
    """Return the grants that allow the act somewhere: lists of service requests are narrowed by them."""
    return [grant for grant in grants if act in MATRIX[grant.role]]


def may(grants: Iterable[Grant], act: Act, case: CaseScope | None = None) -> bool:
    """Return whether the grants allow the act on a service request or, without one, for the whole city."""
    if case is None:
        return any(grant == Grant(grant.role) for grant in giving(grants, act))
    return any(grant.covers(case) for grant in giving(grants, act))


def opens(grants: Iterable[Grant], act: Act) -> bool:
    """Return whether the grants open the pages of an act; ``giving`` narrows what these show."""
    return may(grants, act) if act in CITY_WIDE else bool(giving(grants, act))
