"""The roll: what sealed reserves hold, in sorted files that every worker maps, by digest and by likeness."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from headwater import canonical
from headwater.curate.document import Document
from headwater.curate.extract import EXTRACTORS, open_document
from headwater.curate.policy import GRADES, LEAST_LIKENESS
from headwater.curate.store import atomic, intact, read_json, write_json
from headwater.errors import HeadwaterError, VerificationError
from headwater.record import Record

FORMS = ("payload", "text", "letters")
LEAST_LETTERS = 100
_MOST_LIKE = 64
_OTHERS = ("bands", "bands-searched", "members", "signatures")
_KEY = np.dtype([("prefix", "<u8"), ("rest", "V24"), ("at", "<u4")])
_BAND = np.dtype([("band", "<i8"), ("at", "<u4")])
_MEMBER = np.dtype(
    [("reserve", "<u2"), ("position", "<i8"), ("grade", "u1"), ("date", "S40"), ("entry", "<i8")]
)
_DONE, _SEARCHED = "done.json", "searched"
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
_Facts = tuple[int, int, bytes, int]
Sign = Callable[[Document], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a reserve that a text is, or is like.

    Attributes:
        match: How they are the same: `payload`, `text`, `letters`, or `near`.
        likeness: Share of equal signature values; 1 unless `near`.
        reserve: Origin of the reserve's log.
        position: Place in that log, where the proof is found.
        grade: Of the evidence for its date, E0 to E4.
        date: Moment by which it was there, RFC 3339; empty where nothing says so.
        date_entry: The registry's entry that says so; -1 for the source's own word.
    """

    match: str
    likeness: float
    reserve: str
    position: int
    grade: str
    date: str
    date_entry: int


def encode(paths: Sequence[Path]) -> str:
    """Verify the heads of reserves, and write down which state of each is meant.

    Args:
        paths: Folders of reserves, or URLs.

    Returns:
        Canonical JSON; empty for none.

    Raises:
        VerificationError: If a head is not what the reserve's keys signed.
        UnavailableError: If nothing was published in one.
    """
    from headwater.reserve import verify

    rows = []
    for path in paths:
        at = verify.heads(_open(str(path)))
        rows.append({"origin": at.origin, "path": str(path), "root": at.root.hex(), "size": at.size})
    return canonical.encode(rows).decode() if rows else ""


def _open(path: str) -> Any:
    from headwater.log.storage import Directory, Objects
    from headwater.reserve.reserve import open_reserve

    return open_reserve(Objects(path) if "://" in path else Directory(Path(path)))


def build(folder: Path, reserves: str, *, text: str, sign: Sign) -> None:
    """Read all documents of reserves, each checked, unless that was done already.

    Args:
        folder: Where the roll goes.
        reserves: From `encode`.
        text: How text is taken from HTML, as in `Config.text`.
        sign: `Duplicate.measure`.

    Raises:
        VerificationError: If a reserve is not in the state that is meant.
        SealError: If a document is not what was sealed.
    """
    if (folder / _DONE).exists():
        return
    members: list[tuple[int, *_Facts]] = []
    keys: dict[str, list[tuple[bytes, int]]] = {form: [] for form in FORMS}
    bands: list[tuple[int, int]] = []
    signatures: list[bytes] = []
    rows = canonical.parse(reserves.encode())
    for number, row in enumerate(rows):
        for member, document in _documents(row, EXTRACTORS[text]):
            at = len(members)
            members.append((number, *member))
            found = forms(document, sign(document))
            for form, digest in found.digests.items():
                keys[form].append((digest, at))
            bands += [(band, at) for band in found.bands]
            signatures.append(found.signature)
    best = _best_first(members)
    rank = np.empty(len(best), dtype=np.uint32)
    rank[best] = np.arange(len(best), dtype=np.uint32)
    _save(folder / "members.npy", np.array(members, dtype=_MEMBER)[best])
    for form, pairs in keys.items():
        whole = [(int.from_bytes(key[:8]), key[8:], rank[at]) for key, at in pairs]
        _save_sorted(folder, form, np.array(whole, dtype=_KEY))
    _save_sorted(folder, "bands", np.array([(band, rank[at]) for band, at in bands], dtype=_BAND))
    width = max(map(len, signatures), default=0)
    whole_signatures = b"".join(one.ljust(width, b"\0") for one in signatures)
    packed = np.frombuffer(whole_signatures, dtype="<u4").reshape(len(members), width // 4)
    _save(folder / "signatures.npy", packed[best])
    write_json(folder / _DONE, {"origins": [row["origin"] for row in rows]})


def _best_first(members: Sequence[tuple[int, *_Facts]]) -> NDArray[np.int64]:
    """Order members by how much they prove: the best grade, then the earliest date, then their place."""
    order = sorted(
        range(len(members)), key=lambda at: (-members[at][2], members[at][3] or b"~", members[at][:2])
    )
    return np.array(order, dtype=np.int64)


def _documents(
    row: Mapping[str, Any], extract: Any
) -> Iterator[tuple[tuple[int, int, bytes, int], Document]]:
    from headwater.reserve import dating, payloads

    reserve = _open(row["path"])
    at = reserve.checkpoint
    if at is None or (at.origin, at.size, at.root.hex()) != (row["origin"], row["size"], row["root"]):
        raise VerificationError(
            f"the reserve {row['path']} is not in the state that this run began with",
            hint="choose a new --out",
        )
    shown = dating.numbered(reserve.entries)
    for one in payloads.walk(reserve):
        dated = dating.dated(one.leaf, one.index, shown)
        facts = (one.index, GRADES.index(dated.grade), dated.date.encode(), dated.entry)
        yield facts, _document(one.leaf, one.data, extract)


def _document(leaf: Any, data: bytes, extract: Any) -> Document:
    record = Record(
        id="", source="", offset=0, length=0, url=leaf.uri, media_type=leaf.media_type, charset="",
        captured="", captured_from="", status=0, headers=(), payload=data, payload_digest=leaf.payload_sha256,
    )  # fmt: skip
    try:
        return open_document(record, extract)
    except HeadwaterError:
        raise
    except Exception:  # noqa: BLE001  # A page that no parser reads is still known by its payload.
        return Document(record, "", None, "")


def _save_sorted(folder: Path, name: str, rows: NDArray[Any]) -> None:
    """Save rows by their first column and their place; that column apart, so that it is searched in place."""
    first = next(iter(rows.dtype.fields or ()))
    rows = np.sort(rows, order=[first, "at"])
    _save(folder / f"{name}-{_SEARCHED}.npy", np.ascontiguousarray(rows[first]))
    _save(folder / f"{name}.npy", rows)


def _save(path: Path, array: NDArray[Any]) -> None:
    with atomic(path) as temporary, temporary.open("wb") as file:
        np.save(file, array)


@dataclass(frozen=True, slots=True)
class Forms:
    """What a document is looked up by.

    Attributes:
        digests: Form -> SHA-256, for the forms it has.
        bands: Of its signature.
        signature: Of its shingles; empty for none.
    """

    digests: Mapping[str, bytes]
    bands: Sequence[int] = ()
    signature: bytes = b""


def forms(document: Document, signed: Mapping[str, Any]) -> Forms:
    """Give the forms of a document that are compared.

    Args:
        document: The opened record.
        signed: From `Duplicate.measure`.

    Returns:
        Its payload as it was captured; and, of a text of at least 100 letters and digits, the text with white
        space folded, its letters and digits alone in one case and form, and its signature.
    """
    digests = {"payload": bytes.fromhex(document.record.payload_digest)} if document.record.payload else {}
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", document.text).casefold()))
    if len(letters) < LEAST_LETTERS:
        return Forms(digests)
    digests["text"] = bytes.fromhex(signed["text_digest"])
    digests["letters"] = hashlib.sha256(letters.encode()).digest()
    return Forms(digests, signed["bands"], signed["signature"] or b"")


@final
class Roll:
    """The roll of a run, mapped into memory.

    Args:
        folder: Where `build` put it.
    """

    def __init__(self, folder: Path) -> None:
        with intact(folder):
            self._origins = read_json(folder / _DONE)["origins"]
            self._arrays = {
                name: np.load(folder / f"{name}.npy", mmap_mode="r")
                for name in (*FORMS, *(f"{form}-{_SEARCHED}" for form in FORMS), *_OTHERS)
            }

    def find(self, wanted: Forms) -> Member | None:
        """Find what proves most of a document; exact forms before near ones.

        Args:
            wanted: From `forms`.

        Returns:
            The member; None where there is none.
        """
        for form in FORMS:
            digest = wanted.digests.get(form)
            at = self._exact(form, digest) if digest else None
            if at is not None:
                return self._member(at, form, 1.0)
        at, likeness = self._near(wanted)
        return self._member(at, "near", likeness) if likeness >= LEAST_LIKENESS else None

    def _exact(self, form: str, digest: bytes) -> int | None:
        rows = self._arrays[form]
        prefix = np.uint64(int.from_bytes(digest[:8]))
        searched = self._arrays[f"{form}-{_SEARCHED}"]
        low, high = (int(np.searchsorted(searched, prefix, side=side)) for side in _SIDES)
        return next((int(row["at"]) for row in rows[low:high] if row["rest"].tobytes() == digest[8:]), None)

    def _near(self, wanted: Forms) -> tuple[int, float]:
        """Give the place and the likeness of the likeliest of those that share a band."""
        rows = self._arrays["bands"]
        found: set[int] = set()
        for band in wanted.bands:
            low = int(np.searchsorted(self._arrays["bands-searched"], np.int64(band)))
            some = rows[low : low + _MOST_LIKE]
            found.update(some["at"][some["band"] == band].tolist())
        if not found:
            return 0, 0.0
        at = np.array(sorted(found))
        own = np.frombuffer(wanted.signature, dtype="<u4")
        share = (self._arrays["signatures"][at] == own).mean(axis=1)
        best = int(share.argmax())
        return int(at[best]), float(share[best])

    def _member(self, at: int, match: str, likeness: float) -> Member:
        row = self._arrays["members"][at]
        return Member(
            match,
            likeness,
            self._origins[int(row["reserve"])],
            int(row["position"]),
            GRADES[int(row["grade"])],
            bytes(row["date"]).decode(),
            int(row["entry"]),
        )
