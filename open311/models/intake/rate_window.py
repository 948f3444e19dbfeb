"""The table of rate limits: how much was written in a minute or an hour, counted for all workers together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from open311.models.base import Base


class RateWindow(Base):
    """The counter of one window of time. The table is unlogged: after a database crash, counting starts again."""

    __tablename__ = "rate_window"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    bucket: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    used: Mapped[int] = mapped_column(Integer)
