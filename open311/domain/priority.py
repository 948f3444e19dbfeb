"""How urgent a service request is, compared with others."""

from __future__ import annotations

from enum import IntEnum


class Priority(IntEnum):
    """How soon somebody should look at a service request; a higher number comes first."""

    LOW = -1
    NORMAL = 0
    HIGH = 1
    URGENT = 2
