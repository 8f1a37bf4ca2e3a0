"""The tables of a campaign; SQLAlchemy is imported with this module, so import it late."""

from __future__ import annotations

from typing import Any, final

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
    TypeDecorator,
    text,
)


@final
class AnyText(TypeDecorator[str]):
    """Keep text of any code points.

    No database's own text does: not NUL, not lone surrogates.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        """Encode for the database."""
        return None if value is None else value.encode("utf-8", "surrogatepass")

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        """Decode from the database."""
        return None if value is None else bytes(value).decode("utf-8", "surrogatepass")


METADATA = MetaData()
_KEY = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows in INTEGER alone

# What is to be judged. `room` is how many more may have it: wanted less votes less leases out.
ITEM = Table(
    "item",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("batch", String(64), nullable=False),
    Column("document", String(64), nullable=False),
    Column("text", AnyText, nullable=False),
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
    Column("leased_s", Float),
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
# What was signed, as the log takes it: votes, adjudications, people's own texts, and what takes these back.
# Nothing here is ever changed but `place`, once.
ENTRY = Table(
    "entry",
    METADATA,
    Column("id", _KEY, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("item", _KEY, ForeignKey("item.id")),
    Column("validator", String(255), nullable=False),
    Column("nonce", String(32), nullable=False, unique=True),
    Column("statement", String(64), nullable=False, unique=True),
    Column("retracts", String(64), unique=True),
    Column("label", String(16)),
    Column("leaf", LargeBinary, nullable=False),
    Column("place", BigInteger, unique=True),
    Index("entry_of", "validator", "id"),
    Index("entry_about", "item"),
    Index("entry_unplaced", "id", sqlite_where=text("place IS NULL"), postgresql_where=text("place IS NULL")),
)
# Batches by their manifests, and what is known of an item that nobody sees before their vote.
BATCH = Table(
    "batch",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("manifest", LargeBinary, nullable=False),
)
BACKGROUND = Table(
    "background",
    METADATA,
    Column("item", _KEY, ForeignKey("item.id"), primary_key=True),
    Column("told", Text, nullable=False),
)
# Items whose answer is known; nobody who votes sees which.
GOLD = Table(
    "gold",
    METADATA,
    Column("item", _KEY, ForeignKey("item.id"), primary_key=True),
    Column("label", String(16), nullable=False),
)
# One adjudication of an item stands.
RULING = Table(
    "ruling",
    METADATA,
    Column("item", _KEY, ForeignKey("item.id"), primary_key=True),
    Column("validator", String(255), nullable=False),
    Column("statement", String(64), nullable=False, unique=True),
    Column("label", String(16), nullable=False),
)
WRITING = Table(
    "writing",
    METADATA,
    Column("statement", String(64), primary_key=True),
    Column("validator", String(255), nullable=False),
    Column("document", String(64), nullable=False, unique=True),
    Column("text", AnyText, nullable=False),
    Column("licence", String(32), nullable=False),
    Column("written_s", BigInteger, nullable=False),
)
# Who takes part. `key` is the line of the roll, `code` the digest of what people without a key sign in by.
MEMBER = Table(
    "member",
    METADATA,
    Column("name", String(255), primary_key=True),
    Column("key", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("from_s", BigInteger, nullable=False),
    Column("until_s", BigInteger),
    Column("invited_by", String(255), nullable=False),
    Column("code", String(64), unique=True),
    Column("credential", String(1400), unique=True),
)
INVITATION = Table(
    "invitation",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("by", String(255), nullable=False),
    Column("until_s", Float, nullable=False),
    Column("used_by", String(255)),
)
# Sessions by the digest of what the cookie holds; challenges, each for one answer.
SESSION = Table(
    "session",
    METADATA,
    Column("secret", String(64), primary_key=True),
    Column("member", String(255), ForeignKey("member.name"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("until_s", Float, nullable=False),
)
CHALLENGE = Table(
    "challenge",
    METADATA,
    Column("value", String(64), primary_key=True),
    Column("until_s", Float, nullable=False),
)
