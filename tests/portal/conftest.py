"""Jobs are done at once."""

from tests.word import work

__all__ = ["work"]
