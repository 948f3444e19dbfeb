"""Forms that could not be taken when they were sent: kept for their writer, sealed, for twelve hours at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import orjson

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, write
from open311.domain.moment import now
from open311.domain.secret import hashed, new_secret
from open311.models.accounts.kept_form import KeptForm
from open311.queries.accounts.kept_forms import kept_form
from open311.queries.reading import Statement

KEPT = timedelta(hours=12)
"""How long a form waits for its writer."""
Typed = Sequence[tuple[str, str]]
"""Names and values of fields, in their order."""

_FORGET = Statement("DELETE FROM kept_form WHERE token_hash = :token_hash")
_FORGET_OLD = Statement("DELETE FROM kept_form WHERE created_at < :before")


@transaction
def keep(environment: Environment, typed: Typed, account: int | None) -> str:
    """Keep what was typed for an account, or for whoever uses the browser; return the token that finds it again."""
    token = new_secret()
    sealed = environment.sign_in.seal.close(orjson.dumps(list(typed)).decode())
    add(KeptForm, {"token_hash": hashed(token), "account": account, "sealed": sealed})
    return token


def kept(environment: Environment, token: str, account: int | None) -> Typed | None:
    """Return what was typed by this account; None where it is gone or somebody else's."""
    found = kept_form(token)
    if found is None or found.account not in (None, account):
        return None
    opened = environment.sign_in.seal.open(found.sealed)
    return [(name, value) for name, value in orjson.loads(opened)] if opened else None


@transaction
def forget(token: str) -> None:
    """Forget a form: it was sent, or somebody else signed in."""
    write(_FORGET, {"token_hash": hashed(token)})


@transaction
def forget_old() -> int:
    """Forget every form whose writer did not come back in time; return how many there were."""
    return write(_FORGET_OLD, {"before": now() - KEPT})
