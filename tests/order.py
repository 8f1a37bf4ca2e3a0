"""Which files of tests begin first: the longest, so that no worker is left with one when all else is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

# Files with a test of ten seconds or more, the longest first; a file stays on one worker.
FIRST = (
    "tests/collapse/monitor/test_watch.py",
    "tests/slow/test_watermark_generate.py",
    "tests/slow/test_ray.py",
    "tests/cli/test_interrupt.py",
    "tests/collapse/monitor/test_points.py",
    "tests/curate/test_deaths.py",
    "tests/watermark/generate/test_hf.py",
    "tests/watermark/test_levels.py",
    "tests/slow/test_watermark_samples.py",
    "tests/collapse/models/test_families.py",
    "tests/curate/detectors/test_language_models.py",
    "docs/tutorials/curate-with-your-reserve.md",
    "tests/loop/test_loop.py",
    "tests/interop/test_log_go_peer.py",
    "tests/examples/test_demo.py",
    "tests/interop/test_reserve_peers.py",
    "tests/reserve/test_seal.py",
    "tests/review/store/test_kill.py",
    "docs/tutorials/mark-and-find.md",
    "docs/tutorials/first-corpus.md",
    "docs/tutorials/seal-a-reserve.md",
    "docs/how-to/forecast-collapse.md",
    "tests/cli/test_watermark_bad_input.py",
    "tests/review/serve/test_journey.py",
    "tests/collapse/study/test_causal.py",
    "tests/report/test_browser.py",
    "tests/interop/test_adapter_peers.py",
    "tests/house/test_studies.py",
    "tests/loop/test_voices.py",
    "tests/log/test_kill.py",
    "tests/cli/test_reserve_disk.py",
)


def longest_first(names: Iterable[str]) -> list[int]:
    """Order tests by file: those of `FIRST`, then files by their number of tests.

    Args:
        names: Of tests, as pytest names them, `file::test`.

    Returns:
        Their places, in order; the tests of a file stay together, in the order they had.
    """
    files = [name.partition("::")[0] for name in names]
    ranks = {file: rank for rank, file in enumerate(FIRST)}
    n, seen = Counter(files), {file: at for at, file in reversed(list(enumerate(files)))}
    keys = [(ranks.get(file, len(FIRST)), -n[file], seen[file]) for file in files]
    return sorted(range(len(files)), key=keys.__getitem__)
