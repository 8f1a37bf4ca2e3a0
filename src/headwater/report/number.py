"""Numbers as a person reads them: thin separators, honest rounding, units."""

from __future__ import annotations

_THIN = "\u202f"
_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def count(n: int) -> str:
    """Write a whole number in groups of three, as `1 043` with narrow spaces."""
    return f"{n:,}".replace(",", _THIN)


def share(n: float, total: float) -> str:
    """Write a part as a percentage that says 0 or 100 only when it is so.

    Args:
        n: The part, at least 0.
        total: The whole; at most 0 means that there is none.

    Returns:
        Such as `83.5 %`, `< 0.1 %`, `> 99.9 %`; a dash where there is no whole.
    """
    if total <= 0:
        return "–"
    percent = 100.0 * n / total
    if n and percent < 0.05:
        return f"<{_THIN}0.1{_THIN}%"
    if n < total and percent >= 99.95:
        return f">{_THIN}99.9{_THIN}%"
    return f"{percent:.0f}{_THIN}%" if n in {0, total} else f"{percent:.1f}{_THIN}%"


def tally(n: int) -> str:
    """Write a count in a narrow column: in full below a million, with a prefix above."""
    return count(n) if n < 1_000_000 else compact(n)


def size(n: int, unit: str = "bytes") -> str:
    """Write a size in the unit a person would choose.

    Args:
        n: Size in `unit`.
        unit: `bytes`, or a plural noun such as `rows`.

    Returns:
        Such as `4.6 MB` (powers of ten) or `1 200 rows`.
    """
    if unit != "bytes":
        return f"{count(n)}{_THIN}{unit}"
    if n < 1000:
        return f"{n}{_THIN}B"
    return f"{compact(n)}B" if n >= 10_000 else f"{_short(n / 1000)}{_THIN}kB"


def compact(value: float) -> str:
    """Write an axis label in at most four figures; years stay whole.

    Args:
        value: Any number; infinity is allowed.

    Returns:
        Such as `0.25`, `12`, `2026`, `4.6 M`.
    """
    if value in {float("inf"), float("-inf")}:
        return "∞" if value > 0 else "-∞"
    if abs(value) < 9999.5:
        return _short(value)
    # 999.5 k and more would round to `1000 k`.
    step, prefix = next((row for row in _STEPS if abs(value) >= row[0] * 0.9995), _STEPS[-1])
    return f"{_short(value / step)}{_THIN}{prefix}"


def _short(value: float) -> str:
    if abs(value) < 1:
        return f"{value:.3g}"
    return (f"{value:.1f}" if abs(value) < 99.95 else f"{value:.0f}").removesuffix(".0")
