"""The first pass: what is loaded before the first record."""

from __future__ import annotations

import json
import subprocess
import sys

_SCRIPT = """
import json
from headwater.curate import evidence
from headwater.curate.config import Config
from headwater.curate.labels import LABELS
from headwater.curate.statistical import kernels
from headwater.measure.kneser_ney import kernels as grammar
from tests.curate.samples import opened

def compiled():
    both = {**vars(kernels), **vars(grammar)}
    return {name: len(kernel.signatures) for name, kernel in both.items() if hasattr(kernel, "signatures")}

evidence.prepare(Config().evidence())
before = compiled()
text = b"<p>The mill by the river, closed for years, turns whenever the water is high. Nobody knows why.</p>"
LABELS["statistical-1"]().measure(opened(b"<html><body>" + 20 * text + b"</body></html>"))
print(json.dumps([before, compiled()]))
"""


def test_no_record_pays_in_its_cpu_time_for_what_is_compiled_late() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], check=True, capture_output=True, text=True)
    before, after = json.loads(done.stdout)

    assert before == after
    assert before["score_known"] == before["skeleton"] == 1
