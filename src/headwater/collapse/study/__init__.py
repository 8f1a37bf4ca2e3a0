"""Studies: published experiments run again, in cells that resume, against bars written down beforehand.

A study is a folder with `study.py`, which defines one `STUDY`, `expected.json` and `README.md`.
"""

from headwater.collapse.study.expected import Expectation, Expected
from headwater.collapse.study.figure import Band, Fan, Figure, Phase, Plane, Ridgeline, Survival
from headwater.collapse.study.find import find, folders, load, summary
from headwater.collapse.study.row import Row, judge
from headwater.collapse.study.run import Outcome, run
from headwater.collapse.study.study import Setting, Study, Told, Value, Work, beside, mean, median

__all__ = [
    "Band",
    "Expectation",
    "Expected",
    "Fan",
    "Figure",
    "Outcome",
    "Phase",
    "Plane",
    "Ridgeline",
    "Row",
    "Setting",
    "Study",
    "Survival",
    "Told",
    "Value",
    "Work",
    "beside",
    "find",
    "folders",
    "judge",
    "load",
    "mean",
    "median",
    "run",
    "summary",
]
