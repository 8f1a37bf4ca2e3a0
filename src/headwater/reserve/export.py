"""Export: a reserve as plain files, each tile its own, with a verifier beside it that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from headwater.log.export import explode
from headwater.log.storage import Below, Storage
from headwater.reserve import croissant, manifest
from headwater.reserve.reserve import CONTENT_ROWS, Reserve

VERIFIER = "verify_reserve.py"


def export(
    reserve: Reserve,
    target: Storage,
    *,
    show: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> int:
    """Write a reserve as plain files, or what an earlier export lacks.

    Args:
        reserve: The reserve, published.
        target: Where the files go. Files that were sealed in place stay where they are, and are not named.
        show: Called with a step's name, objects done and objects in all.

    Returns:
        The number of documents.

    Raises:
        ConsistencyError: If there is the export of another log, or of another history.
        UnavailableError: If nothing was published, or the target cannot be written.
    """
    target.create(manifest.PATH, manifest.encode(reserve.manifest))
    paths = _paths(reserve)
    for done, path in enumerate(paths):
        show("export", done, len(paths))
        data = reserve.storage.read(path)
        if data is not None:
            target.swap(path, data, expected=target.read(path))
    n = explode(reserve.log_storage, Below(target, "log"))
    explode(reserve.registry_storage, Below(target, "registry"))
    data = verifier()
    target.swap(VERIFIER, data, expected=target.read(VERIFIER))
    said = _described(reserve, n, data)
    target.swap(croissant.PATH, said, expected=target.read(croissant.PATH))
    show("export", len(paths), len(paths))
    return n


def verifier() -> bytes:
    """Read the verifier that needs nothing but Python's standard library."""
    return (files("headwater.reserve") / VERIFIER).read_bytes()


def _described(reserve: Reserve, n: int, data: bytes) -> bytes:
    """Describe the export as a dataset: what proves it; documents are opened by the verifier."""
    _, signed = reserve.log.checkpoint()
    files = [
        croissant.file_of(manifest.PATH, "application/json", manifest.encode(reserve.manifest)),
        croissant.file_of("log/checkpoint", "text/plain", signed),
        croissant.file_of(VERIFIER, "text/x-python", data),
    ]
    seals = [one.time for one in reserve.entries if one.kind == "seal"]
    told = f"A sealed reserve of {n} documents; {VERIFIER} proves each with Python's standard library alone."
    return croissant.describe(reserve.manifest.origin, told, files, columns={}, published=seals[-1])


def _paths(reserve: Reserve) -> list[str]:
    """List the objects of a reserve that are copied as they are."""
    found = []
    for pack in reserve.packs:
        found += [pack.records, pack.index]
        if pack.mode == "ingest":
            found += [pack.content(at) for at in range(pack.first, pack.first + pack.n, CONTENT_ROWS)]
    found += sorted({f"dictionary/{pack.dictionary}" for pack in reserve.packs if pack.dictionary})
    for number, one in enumerate(reserve.entries):
        if one.kind == "seal":
            found.append(f"report/{one['start']:012d}")
        if one.kind == "key" and one["log"] == "registry":
            found.append(f"registry/checkpoints/{number + 1}")
    return found
