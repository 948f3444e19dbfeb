"""Jobs are done at once."""

from tests.telling.work import work

__all__ = ["work"]
