"""Mail goes to a real server, and jobs are done at once."""

from tests.word import environment, mailbox, work

__all__ = ["environment", "mailbox", "work"]
