"""A store: one database, opened by its address, in which every change is one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_BUSY_S = 30
# SQLite's page cache in KiB: for a bulk load, and what it usually is.
_ROOMY_KIB, _USUAL_KIB = 262_144, 2_000


@dataclass(frozen=True, slots=True)
class Store:
    """Hold an open database.

    Attributes:
        engine: SQLAlchemy's.
    """

    engine: Engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Do several things, or none of them; durable when it ends.

        Raises:
            UnavailableError: If the database is full, locked for long or gone.
        """
        from sqlalchemy.exc import DatabaseError

        try:
            with self.engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise UnavailableError(
                f"the store failed: {str(error.orig).strip().partition(chr(10))[0]}",
                hint="nothing of this step was kept; is there space, and is the database up?",
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read as of one moment, and let others write meanwhile.

        Raises:
            UnavailableError: If the database is gone.
        """
        from sqlalchemy.exc import DatabaseError

        try:
            with self.engine.connect() as connection:
                connection = connection.execution_options(headwater_reads=True)
                yield connection
        except DatabaseError as error:
            raise UnavailableError(
                f"the store failed: {str(error.orig).strip().partition(chr(10))[0]}"
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_store(address: str) -> Store:
    """Open a store, and create its tables where there are none.

    Args:
        address: A path, which is SQLite's in WAL mode, or `postgresql://…`.

    Returns:
        The store.

    Raises:
        ConfigError: If the address is of another kind.
        UnavailableError: If it cannot be opened, or the extra is not installed.
    """
    try:
        import sqlalchemy
        from sqlalchemy.exc import DatabaseError

        from headwater.review.store.tables import METADATA
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "a store needs the extra `review`", hint="pip install 'headwater[review]'"
        ) from error
    if address.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + address.partition("://")[2]
        engine = sqlalchemy.create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    elif "://" in address:
        raise ConfigError(
            f"no store at {address.partition('://')[0]}://", hint="give a path, or postgresql://…"
        )
    else:
        engine = _sqlite(address)
    try:
        METADATA.create_all(engine)
    except DatabaseError as error:
        first = str(error.orig).strip().partition("\n")[0]
        raise UnavailableError(f"cannot open the store: {first}") from error
    return Store(engine)


@contextmanager
def opened(address: str, *, may_be_new: bool = False) -> Iterator[Connection]:
    """Open a store for one transaction.

    Args:
        address: As `open_store` takes it.
        may_be_new: Whether it is made where there is none.

    Yields:
        The transaction.

    Raises:
        ConfigError: If the address is of another kind, or there is no store.
        UnavailableError: If the store cannot be opened, or fails.
    """
    if not (may_be_new or "://" in address or Path(address).exists()):
        raise ConfigError(f"no queue at {address}", hint="headwater review draw --store makes one")
    store = open_store(address)
    try:
        with store.transaction() as db:
            yield db
    finally:
        store.close()


@contextmanager
def roomy(db: Connection) -> Iterator[None]:
    """Give SQLite a large page cache while much is put in.

    Digests come in no order, so each goes to another page of their index; without room for all of it a
    million items take minutes, most of them for pages that are written out and read again.

    Args:
        db: A transaction; of another database, nothing changes.
    """
    if db.dialect.name != "sqlite":
        yield
        return
    db.exec_driver_sql(f"PRAGMA cache_size = -{_ROOMY_KIB}")
    try:
        yield
    finally:
        db.exec_driver_sql(f"PRAGMA cache_size = -{_USUAL_KIB}")


def _sqlite(path: str) -> Engine:
    import sqlalchemy
    from sqlalchemy import event
    from sqlalchemy.engine import URL

    engine = sqlalchemy.create_engine(
        URL.create("sqlite", database=path), connect_args={"timeout": _BUSY_S, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # The driver would begin late and without a lock; we begin ourselves.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A lock taken at once is waited for; one taken later could only fail.
        reads = connection.get_execution_options().get("headwater_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
