"""Statements compiled once for a database: of a vote's time, most went into compiling what never changes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Result

_Compiled = tuple[str, Mapping[str, Any], frozenset[str]] | None


@final
class Prepared:
    """A connection that runs the queue's own statements without compiling them again."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection with a transaction."""
        self._connection = connection
        self._dialect = connection.dialect.name

    def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run a statement, as a connection does.

        Args:
            statement: Any; those of `statements` go the short way.
            parameters: By name, or a list of such.

        Returns:
            The result. Of a statement of `statements` it has the columns by name.
        """
        name = _names().get(id(statement))
        if name is None or not (parameters is None or isinstance(parameters, dict)):
            return self._connection.execute(statement, parameters)
        made = _compiled(name, frozenset(parameters or ()), self._dialect)
        if made is None:
            return self._connection.execute(statement, parameters)
        text, constants, texts = made
        found = self._connection.exec_driver_sql(text, {**constants, **(parameters or {})})
        return _read(found, texts) if texts else found

    def __getattr__(self, name: str) -> Any:
        """Give whatever else a connection has."""
        return getattr(self._connection, name)


def _read(found: CursorResult[Any], texts: frozenset[str]) -> Result[Any]:
    """Decode what the driver gives of columns of `AnyText`, which SQLAlchemy did not look at."""
    from sqlalchemy.engine import IteratorResult
    from sqlalchemy.engine.result import SimpleResultMetaData

    from headwater.review.store.tables import AnyText

    names, read, dialect = list(found.keys()), AnyText().process_result_value, found.dialect
    rows = (
        tuple(
            read(value, dialect) if name in texts else value for name, value in zip(names, row, strict=True)
        )
        for row in found
    )
    return IteratorResult(SimpleResultMetaData(names), rows)


@cache
def _names() -> Mapping[int, str]:
    from sqlalchemy import ClauseElement

    from headwater.review.store import statements

    return {id(one): name for name, one in vars(statements).items() if isinstance(one, ClauseElement)}


@cache
def _compiled(name: str, given: frozenset[str], dialect: str) -> _Compiled:
    """Compile a statement; None if that depends on values."""
    from sqlalchemy import Insert, Select
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

    from headwater.review.store import statements
    from headwater.review.store.tables import AnyText

    postgres: Any = PGDialect_psycopg
    made: Any = SQLiteDialect_pysqlite(paramstyle="named") if dialect == "sqlite" else postgres()
    statement = getattr(statements, name)
    keys = sorted(given) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=made, column_keys=keys)
    if compiled.post_compile_params or compiled.literal_execute_params:
        return None
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    texts = frozenset(column.name for column in columns if isinstance(column.type, AnyText))
    return str(compiled), {key: value for key, value in compiled.params.items() if key not in given}, texts
