"""What somebody follows, and where they are told of it."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.privacy.kind import Erasure, Expiry, Kind, Section, Tally, delete_rows
from open311.queries.privacy.due import old_rows, rows_of_closed_cases
from open311.queries.privacy.sections import FOLLOWINGS
from open311.queries.reading import Statement

_OF_REPORTERS = Statement("DELETE FROM subscription WHERE reporter AND service_request = ANY(:cases)")


def forget_reporters_subscriptions(cases: list[int]) -> None:
    """Tell reporters of these cases nothing more."""
    write(_OF_REPORTERS, {"cases": cases})


_forget = delete_rows("subscription")


def _erase(environment: Environment, erasure: Erasure) -> None:
    _forget(environment, erasure.subject.followings)


KIND = Kind(
    rank=70,
    columns="""
    subscription: address push_key push_secret channel rhythm language target service_request
                  area reporter created_at confirmed_at ended_at bounced_at
    """,
    section=Section("followings", "What you follow", FOLLOWINGS),
    tally=Tally("followings", lambda subject: len(subject.followings)),
    erase=_erase,
    expiries=(
        Expiry("followers", rows_of_closed_cases("subscription", "key", "NOT t.reporter"), _forget),
        Expiry(
            "unconfirmed_followers",
            old_rows("subscription", "created_at", "confirmed_at IS NULL AND NOT reporter"),
            _forget,
        ),
        Expiry("ended_followers", old_rows("subscription", "ended_at"), _forget),
    ),
)
