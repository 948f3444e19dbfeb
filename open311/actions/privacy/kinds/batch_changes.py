"""Changes to many service requests at once, with what staff wrote for all of them."""

from __future__ import annotations

from open311.actions.privacy.kind import Expiry, Kind, delete_rows, erase_by
from open311.queries.privacy.due import old_rows
from open311.queries.reading import Statement

# Those that are over: what was written stands in the history of each case too.
_CHANGES = Statement(
    """
    DELETE FROM batch_change h USING batch_case c, service_request r
    WHERE c.batch_change = h.key AND r.jurisdiction = h.jurisdiction AND r.service_request_id = c.number
      AND r.key = ANY(:cases)
      AND (h.undone_at IS NOT NULL OR NOT EXISTS (
          SELECT FROM batch_case o WHERE o.batch_change = h.key AND o.done_at IS NULL))
    """
)


KIND = Kind(
    columns="batch_change: account arguments; batch_case: number refusal",
    erase=erase_by(_CHANGES),
    stays="A change that is not done yet; it goes after days.",
    expiries=(Expiry("batch_changes", old_rows("batch_change", "due_at"), delete_rows("batch_change")),),
)
