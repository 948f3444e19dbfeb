"""Jobs are done at once."""

from tests.telling.word import work

__all__ = ["work"]
