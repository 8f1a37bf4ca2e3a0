"""How deep a page's elements nest, bounded from its source: the extractor is no match for hostile pages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Main-content extraction costs time cubic in nesting: 0.03 s at 1,000 levels, minutes at 50,000.
MAX_DEPTH = 1_000
# Every list item is indented by its depth: a page of nested lists would grow quadratically.
_MAX_INDENT = 2**18
_FEW_TAGS = 3_000
_FEWEST_TAGS = 1_000  # Half of them lists and half items would still stay below.
_NAME_BYTES = 8
_VOID = "area base br col embed hr img input link meta param source track wbr p li td th tr option"

Places = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]


def nests_too_deep(source: bytes) -> bool:
    """Tell whether a page would take extraction too long or grow too much.

    Args:
        source: HTML in an ASCII superset, ASCII lower case.

    Returns:
        True when the elements may nest deeper than `MAX_DEPTH`, or lists so that indents outgrow the page.
    """
    if source.count(b"<") < _FEWEST_TAGS:
        return False
    data, places = _tags(source)
    first, second = data[places + 1], data[places + 2]
    n_items = int(np.count_nonzero((first == ord("l")) & (second == ord("i"))))
    n_lists = int(np.count_nonzero(((first == ord("u")) | (first == ord("o"))) & (second == ord("l"))))
    if places.size < _FEW_TAGS and n_lists * n_items < _MAX_INDENT:
        return False
    depth = depth_bound(_without_comments(source))
    return depth > MAX_DEPTH or min(depth, n_lists) * n_items > max(_MAX_INDENT, 4 * len(source))


def depth_bound(source: bytes) -> int:
    """Bound how deep the elements of a page nest.

    An end tag closes one element of its name if one is open, and is ignored if not, as parsers do. One
    that may stand inside an attribute is ignored too. Elements that parsers close by themselves do not count.

    Args:
        source: HTML without comments, in an ASCII superset, ASCII lower case.

    Returns:
        At least the depth of the tree that a parser would build, void and implied elements apart.
    """
    data, places = _tags(source)
    ends = data[places + 1] == ord("/")
    names = _names(data, places + 1 + ends)
    counted = (names != 0) & ~np.isin(names, _codes(_VOID)) & ~(ends & _inside(data, places))
    return _deepest(names[counted], np.where(ends[counted], -1, 1))


def _without_comments(source: bytes) -> bytes:
    """Cut out every comment that ends."""
    kept, at = [], 0
    while (start := source.find(b"<!--", at)) >= 0 and (end := source.find(b"-->", start + 4)) >= 0:
        kept.append(source[at:start])
        at = end + 3
    return b"".join([*kept, source[at:]])


def _tags(source: bytes) -> tuple[npt.NDArray[np.uint8], Places]:
    """Find every `<`; the source is padded, so that names at its end can be read."""
    data = np.frombuffer(source + bytes(_NAME_BYTES + 2), dtype=np.uint8)
    return data, np.flatnonzero(data == ord("<"))


def _names(data: npt.NDArray[np.uint8], starts: Places) -> Codes:
    """Pack the first eight bytes of each name into a number; 0 where no name starts."""
    codes = np.zeros(starts.size, dtype=np.uint64)
    alive = np.ones(starts.size, dtype=bool)
    for at in range(_NAME_BYTES):
        byte = data[starts + at]
        letter = (byte >= ord("a")) & (byte <= ord("z"))
        alive &= letter | ((byte >= ord("0")) & (byte <= ord("9"))) if at else letter
        codes = codes << np.uint64(8) | np.where(alive, byte, 0).astype(np.uint64)
    return codes


def _codes(names: str) -> Codes:
    packed = [name.encode().ljust(_NAME_BYTES, b"\0") for name in names.split()]
    return np.array([int.from_bytes(name, "big") for name in packed], dtype=np.uint64)


def _inside(data: npt.NDArray[np.uint8], places: Places) -> npt.NDArray[np.bool_]:
    """Tell which `<` may stand in the tag that the one before began: in open quotes, or before any `>`."""
    closers = np.append(np.flatnonzero(data == ord(">")), data.size)
    before = np.concatenate([places[:1], places[:-1]])
    closed = closers[np.searchsorted(closers, before)]
    inside = closed > places
    for quote in (ord('"'), ord("'")):
        quotes = np.flatnonzero(data == quote)
        n_open = np.searchsorted(quotes, closed) - np.searchsorted(quotes, before)
        inside |= n_open % 2 == 1
    inside[:1] = False
    return inside


def _deepest(names: Codes, steps: npt.NDArray[np.int64]) -> int:
    """Give the greatest sum, over names, of elements open at once."""
    if not names.size:
        return 0
    order = np.argsort(names, kind="stable")
    fresh = np.append(True, np.diff(names[order]) != 0)
    group = np.cumsum(fresh) - 1
    total = np.cumsum(steps[order])
    walk = total - (total - steps[order])[fresh][group]
    # How far below zero a name's walk has been is how many of its end tags closed nothing. One running
    # minimum serves all names when each starts lower than any before it can have gone.
    drop = (2 * names.size + 2) * group
    ignored = np.minimum.accumulate(np.minimum(walk, 0) - drop) + drop
    n_open = walk - ignored
    change = np.diff(n_open, prepend=0)
    change[fresh] = n_open[fresh]
    back = np.empty_like(change)
    back[order] = change
    return int(np.cumsum(back).max(initial=0))
