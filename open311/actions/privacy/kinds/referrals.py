"""Under which number a body outside the city has somebody's report."""

from __future__ import annotations

from open311.actions.privacy.kind import Kind

KIND = Kind(
    columns="referral: remote_id remote_token fault",
    stays="The number, with which the city asks how it goes; it names nobody. What the body has is beyond reach.",
)
