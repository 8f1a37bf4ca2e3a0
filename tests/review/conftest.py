"""Stores to test on: a file of SQLite, and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.review.store import Store, open_store
from tests.review.serve.worlds import World, served
from tests.review.store import databases


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Run PostgreSQL while tests need it."""
    if databases.ABSENT:
        pytest.skip(databases.ABSENT)
    with databases.postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.loopback)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "campaign.sqlite")
    found: str = request.getfixturevalue("server")
    from headwater.review.store.tables import METADATA

    empty = open_store(found)
    METADATA.drop_all(empty.engine)
    empty.close()
    return found


@pytest.fixture
def anywhere(address: str, tmp_path: Path) -> Iterator[World]:
    """Serve a campaign whose queue is in that database."""
    with served(tmp_path, address=address) as made:
        yield made


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """Open an empty store."""
    opened = open_store(address)
    yield opened
    opened.close()
