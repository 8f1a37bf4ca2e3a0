"""The tables of a campaign; SQLAlchemy is imported with this module, so import it late."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

METADATA = MetaData()
_KEY = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows in INTEGER alone

# What is to be judged. `room` is how many more may have it: wanted less votes less leases out.
ITEM = Table(
    "item",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("batch", String(64), nullable=False),
    Column("document", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("pi", Float),
    Column("rank", Float, nullable=False),
    Column("n_wanted", Integer, nullable=False),
    Column("n_votes", Integer, nullable=False, default=0),
    Column("room", Integer, nullable=False),
    CheckConstraint("n_votes >= 0 AND room >= 0 AND n_votes + room <= n_wanted", name="votes_have_a_cap"),
    Index("item_once", "document", "batch", unique=True),
    Index("item_open", "rank", "id", sqlite_where=text("room > 0"), postgresql_where=text("room > 0")),
)
# What a validator has had of an item: `leased`, `voted` or `skipped`; one row, so one vote.
TOUCH = Table(
    "touch",
    METADATA,
    Column("item", _KEY, ForeignKey("item.id"), primary_key=True),
    Column("validator", String(255), primary_key=True),
    Column("state", String(8), nullable=False),
    Column("token", String(32), unique=True),
    Column("until_s", Float),
    Index(
        "touch_leased",
        "until_s",
        sqlite_where=text("state = 'leased'"),
        postgresql_where=text("state = 'leased'"),
    ),
    sqlite_with_rowid=False,
)
# Where each validator's walk over the open items stands.
WALK = Table(
    "walk",
    METADATA,
    Column("validator", String(255), primary_key=True),
    Column("rank", Float, nullable=False),
    Column("item", BigInteger, nullable=False),
)
# Votes and retractions as the log takes them; nothing here is ever changed but `place`, once.
ENTRY = Table(
    "entry",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("item", _KEY, ForeignKey("item.id"), nullable=False),
    Column("validator", String(255), nullable=False),
    Column("nonce", String(32), nullable=False, unique=True),
    Column("statement", String(64), nullable=False, unique=True),
    Column("retracts", String(64), unique=True),
    Column("label", String(16)),
    Column("leaf", LargeBinary, nullable=False),
    Column("place", BigInteger, unique=True),
    Index("entry_unplaced", "id", sqlite_where=text("place IS NULL"), postgresql_where=text("place IS NULL")),
)
