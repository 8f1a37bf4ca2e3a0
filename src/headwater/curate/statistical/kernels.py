"""The compiled passes over a folded text; numba is imported with this module, so import it late."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Points = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.uint8]

N_BITS = 18
N_BUCKETS = 1 << N_BITS
_MULTIPLY = np.uint64(0x9E3779B97F4A7C15)
_PRIME = np.uint64(0x100000001B3)
_SHIFT = np.uint64(64 - N_BITS)
_FULL = 255


# 1 + ln count, so that no logarithm is taken twice; nothing for what does not occur.
_DAMPED = np.concatenate([[0.0], 1.0 + np.log(np.arange(1.0, _FULL + 1))]).astype(np.float32)


@njit(cache=True)
def _count(at: int, n: int, index: npt.NDArray[np.int32], seen: Counts) -> int:
    """Count one n-gram, without a branch; give how many different ones there are now."""
    times = seen[at]
    index[n] = at
    seen[at] = times + (times < _FULL)
    return n + int(times == 0)


@njit(cache=True)
def _bucket(value: np.uint64, block: int) -> int:
    return block * N_BUCKETS + int((value * _MULTIPLY) >> _SHIFT)


@njit(cache=True)
def gather(
    points: Points, words: Hashes, grammar: Hashes, seen: Counts
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Count hashed n-grams in blocks; damp the counts, each block to length one.

    Blocks: characters by four; words by one and two; grammar by two and three. `seen` is zeroed scratch of
    shape (3 * N_BUCKETS,), and is zeroed again at the end.
    """
    index = np.empty(points.size + 2 * words.size + 2 * grammar.size + 1, dtype=np.int32)
    bounds, n = np.zeros(4, dtype=np.int64), 0
    for i in range(points.size - 3):
        value = np.uint64(points[i])
        for k in range(1, 4):
            value = value * _PRIME ^ np.uint64(points[i + k])
        n = _count(_bucket(value * _MULTIPLY, 0), n, index, seen)
    bounds[1] = n
    for i in range(words.size):
        n = _count(_bucket(words[i], 1), n, index, seen)
        if i + 1 < words.size:
            n = _count(_bucket(words[i] * _PRIME ^ words[i + 1], 1), n, index, seen)
    bounds[2] = n
    for i in range(grammar.size - 2):
        value = grammar[i]
        for k in range(1, 3):
            value = value * _PRIME ^ grammar[i + k]
            n = _count(_bucket(value * _MULTIPLY + np.uint64(k), 2), n, index, seen)
    bounds[3] = n
    return index[:n].copy(), _damped(index[:n], bounds, seen)


@njit(cache=True)
def _damped(index: npt.NDArray[np.int32], bounds: Longs, seen: Counts) -> npt.NDArray[np.float32]:
    """Give 1 + ln count of each n-gram over its block's length; zero the counts."""
    weight = np.empty(index.size, dtype=np.float32)
    for block in range(3):
        squares = 0.0
        for j in range(bounds[block], bounds[block + 1]):
            weight[j] = _DAMPED[seen[index[j]]]
            squares += weight[j] * weight[j]
            seen[index[j]] = 0
        length = np.sqrt(squares)
        for j in range(bounds[block], bounds[block + 1]):
            weight[j] /= length
    return weight


@njit(cache=True)
def skeleton(points: Points, hashes: Hashes, spans: Longs, frequent: Hashes) -> Hashes:
    """Give a text's grammar as a stream of tokens.

    They are frequent words as they are, others by length and ending, and punctuation.
    `spans` has shape (n_words, 2): where each word starts and ends. A number of digits is one token.
    """
    out = np.empty(points.size + 1, dtype=np.uint64)
    n, at = 0, 0
    for w in range(hashes.size + 1):
        stop = spans[w, 0] if w < hashes.size else points.size
        n = _punctuation(points[at:stop], out, n)
        if w < hashes.size:
            at = spans[w, 1]
            place = np.searchsorted(frequent, hashes[w])
            kept = place < frequent.size and frequent[place] == hashes[w]
            out[n] = hashes[w] if kept else _ending(points[spans[w, 0] : at])
            n += 1
    return out[:n].copy()


@njit(cache=True)
def _punctuation(between: Points, out: Hashes, n: int) -> int:
    digit = False
    for point in between:
        now = 48 <= point <= 57
        if 32 < point < 0x3000 and not (now and digit):
            out[n] = np.uint64(1) if now else np.uint64(point)
            n += 1
        digit = now
    return n


@njit(cache=True)
def _ending(word: Points) -> np.uint64:
    value = np.uint64(min(word.size, 12) // 3 + 2)
    for point in word[-3:]:
        value = value * _PRIME ^ np.uint64(point)
    return np.uint64(value * _MULTIPLY)


@njit(cache=True)
def numbered(grammar: Hashes, types: Hashes) -> npt.NDArray[np.int32]:
    """Replace tokens by their places among the known types, others by the next."""
    out = np.empty(grammar.size, dtype=np.int32)
    for i in range(grammar.size):
        place = np.searchsorted(types, grammar[i])
        out[i] = place if place < types.size and types[place] == grammar[i] else types.size
    return out


@njit(cache=True)
def dot(grams: npt.NDArray[np.int8], index: npt.NDArray[np.int32], weight: npt.NDArray[np.float32]) -> float:
    """Add up the weights, in steps, of the n-grams that occur."""
    total = 0.0
    for i in range(index.size):
        total += grams[index[i]] * weight[i]
    return total


@njit(cache=True)
def compared(human: Floats, generated: Floats) -> Floats:
    """Summarise log-probabilities under both references as `likelihoods` does."""
    gap = generated - human
    parts = np.empty(6)
    for k in range(6):
        first, last = k * gap.size // 6, (k + 1) * gap.size // 6
        parts[k] = gap[first:last].sum() * 6 / gap.size
    return np.array([human.mean(), generated.mean(), human.std(), gap.mean(), gap.std(), parts.std()])


@njit(cache=True)
def linear(dense: Floats, told: Floats, clip: float) -> float:
    """Weigh dense features in deviations; `told` is means, deviations, weights."""
    total = 0.0
    for i in range(dense.size):
        total += min(max((dense[i] - told[0, i]) / told[1, i], -clip), clip) * told[2, i]
    return total


_MARKS = (44, 46, 58, 59, 33, 63, 40, 34, 39, 45, 37, 36, 47)  # , . : ; ! ? ( " ' - % $ /


@njit(cache=True)
def marks(points: Points, upper: npt.NDArray[np.bool_]) -> Floats:
    """Measure how often signs, digits and capitals stand, shape (16,)."""
    counts = np.zeros(128)
    beyond = 0
    for point in points:
        if point < 128:
            counts[point] += 1.0
        else:
            beyond += 1
    out = np.empty(16)
    for m in range(13):
        out[m] = counts[_MARKS[m]]
    out[13], out[14], out[15] = counts[48:58].sum(), upper.sum(), beyond
    return np.log1p(1000.0 * out / max(points.size, 1))


@njit(cache=True)
def sentences(points: Points, n_words: int) -> Floats:
    """Measure lengths of sentences and clauses in words, shape (6,)."""
    found = np.zeros(points.size + 1)
    n, length, clause, n_clauses, squares = 0, 0, 0, 0, 0.0
    for i in range(points.size):
        point = points[i]
        clause += point == 32
        length += point == 32
        if point == 44 or point == 46 or point == 58 or point == 59:
            n_clauses += 1
            squares += clause * clause
            clause = 0
        last = i + 1 == points.size or points[i + 1] == 32
        if length > 0 and ((last and (point == 46 or point == 33 or point == 63)) or point == 0x3002):
            found[n] = length
            n, length = n + 1, 0
    out = np.zeros(6)
    if n > 0:
        mean = found[:n].mean()
        out[0], out[1] = np.log(mean), found[:n].std() / mean
        out[2] = np.log1p(found[:n].max()) - np.log1p(found[:n].min())
        if n > 2:
            out[3] = np.abs(found[1:n] - found[: n - 1]).mean() / mean
    out[4], out[5] = 20.0 * n / max(n_words, 1), np.log1p(squares / max(n_clauses, 1))
    return out


_FIRST_WORDS, _MOST_WORDS = 150, 1_000


@njit(cache=True)
def variety(hashes: Hashes, lengths: Longs) -> Floats:
    """Measure lengths, variety, repetition and burstiness of words, shape (10,)."""
    out = np.zeros(10)
    if hashes.size == 0:
        return out
    out[0], out[1] = lengths.mean(), lengths.std()
    out[2], out[3] = np.mean(lengths > 7), np.mean(lengths < 4)
    first = hashes[:_FIRST_WORDS]
    back = _uses_before(first)
    again = np.zeros(first.size, dtype=np.bool_)
    for i in range(first.size):
        if back[i] >= 0:
            again[back[i]] = True
    out[4] = np.sum(back < 0) / first.size
    out[5] = np.sum((back < 0) & ~again) / first.size
    out[6], out[7] = _burstiness(_uses_before(hashes[:_MOST_WORDS]))
    if hashes.size > 2:
        pairs = hashes[:-1] * _MULTIPLY ^ hashes[1:]
        out[8] = np.sum(_uses_before(pairs) >= 0) / pairs.size
    out[9] = np.log(float(hashes.size))
    return out


@njit(cache=True)
def _uses_before(hashes: Hashes) -> Longs:
    """Give where each stood last before, -1 where it did not; a hash table costs a tenth of sorting."""
    bits = 1
    while (1 << bits) < 2 * hashes.size:
        bits += 1
    slots = np.full(1 << bits, -1, dtype=np.int64)
    back = np.empty(hashes.size, dtype=np.int64)
    shift = np.uint64(64 - bits)
    for i in range(hashes.size):
        at = np.int64((hashes[i] * _MULTIPLY) >> shift)
        while slots[at] >= 0 and hashes[slots[at]] != hashes[i]:
            at = (at + 1) & ((1 << bits) - 1)
        back[i] = slots[at]
        slots[at] = i
    return back


@njit(cache=True)
def _burstiness(back: Longs) -> tuple[float, float]:
    """Give the burstiness of words, and the share of words that come back.

    That is (s - m) / (s + m) of the gaps between a word's uses: Goh and Barabasi (2008), EPL 81, equation 1.
    """
    total, squares, n = 0.0, 0.0, 0
    for i in range(back.size):
        if back[i] >= 0:
            gap = float(i - back[i])
            total += gap
            squares += gap * gap
            n += 1
    if n < 2:
        return 0.0, 0.0
    mean = total / n
    deviation = np.sqrt(max(squares / n - mean * mean, 0.0))
    return (deviation - mean) / (deviation + mean), n / back.size


@njit(cache=True)
def entropies(points: Points) -> Floats:
    """Give entropies of a character and of one after another, in nats, shape (2,)."""
    pairs = np.zeros((64, 64))
    before = 0
    for point in points:
        now = int(point) & 63
        pairs[before, now] += 1.0
        before = now
    total = max(float(points.size), 1.0)
    joint, single = 0.0, 0.0
    for a in range(64):
        row = 0.0
        for b in range(64):
            if pairs[a, b] > 0.0:
                row += pairs[a, b]
                joint += pairs[a, b] * np.log(pairs[a, b])
        if row > 0.0:
            single += row * np.log(row)
    single, joint = np.log(total) - single / total, np.log(total) - joint / total
    return np.array([single, joint - single])
