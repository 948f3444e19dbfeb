"""What all tables share: names of constraints, common column types, the database itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints and indexes are named, so that migrations can refer to them."""

Key = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
"""The column type of primary keys, which are never published."""
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Recorded = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())]
"""A column with the time at which the row was written, by the database's clock."""


class Base(DeclarativeBase):
    """The base class of all tables: text has no length limit, times are aware, bytes and lists are PostgreSQL's."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={str: Text(), datetime: DateTime(timezone=True), list[str]: ARRAY(Text())},
    )


database = SQLAlchemy(model_class=Base)
