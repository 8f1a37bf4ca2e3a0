"""`headwater curate`: turn a crawl into a corpus whose every document is decided, with evidence."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.calibrate import calibrate
from headwater.cli.estimate import estimate
from headwater.cli.release import seal, verify
from headwater.cli.terminal import printable
from headwater.errors import ConfigError, InputError, VerificationError

if TYPE_CHECKING:
    from headwater.curate.engine.engine import Engine
    from headwater.curate.policy import Policy
    from headwater.curate.summary import PassedOver, Summary

ENGINES = ("native", "ray")
_RUNFILE: dict[str, type | tuple[type, ...]] = {
    "sources": list,
    "out": str,
    "policy": str,
    "labels": list,
    "text": str,
    "text_field": str,
    "engine": str,
    "ray_address": str,
    "workers": int,
    "shard_bytes": int,
    "max_payload_bytes": int,
    "cpu_limit_s": (int, float),
    "max_deaths": int,
    "trust_anchors": str,
    "calibration": str,
    "judgements": str,
    "watermark_registry": str,
    "keeper": str,
    "reserves": list,
    "detector": str,
    "writer_field": str,
}


class _Branching(click.Command):
    """A command whose first argument may name another one instead of a SOURCE."""

    branches: Mapping[str, click.Command] = {
        "calibrate": calibrate,
        "estimate": estimate,
        "seal": seal,
        "verify": verify,
    }

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Take the named branch, if there is one."""
        branch = self.branches.get(args[0]) if args else None
        if branch is not None:
            return branch.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return click.Command.make_context(self, info_name, args, parent, **extra)


@click.command(cls=_Branching, no_args_is_help=True)
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@click.option("--out", metavar="DIR", help="Folder for the results: new, empty, or of the same run.")
@click.option("--redecide", metavar="DIR", help="Decide a finished run again, without reading the crawl.")
@click.option("--policy", metavar="FILE", help="Policy as TOML; without it, the default policy.")
@click.option("--run", metavar="FILE", help="Run file as TOML; options given here win over it.")
@click.option("--label", "labels", multiple=True, help="Measure only this label; repeat for more.")
@click.option("--text", help="Text of a page: main (default), full or markdown.")
@click.option(
    "--text-field", metavar="NAME", help="Field of JSON lines and tables that holds the text, if another."
)
@click.option("--writer-field", metavar="NAME", help="Field of theirs that names the writer's group.")
@click.option("--trust-anchors", metavar="FILE", help="PEM roots under which C2PA signers are trusted.")
@click.option("--watermark-registry", metavar="FILE", help="Registry of keys whose marks are looked for.")
@click.option("--keeper", metavar="LINE", help="Public key of that registry's keeper, or a file with it.")
@click.option(
    "--reserve", "reserves", metavar="DIR", multiple=True, help="Sealed reserve to look texts up in; repeat."
)
@click.option("--detector", metavar="KIND:OF", help="Also score by a language model, classifier or function.")
@click.option(
    "--calibration", metavar="FILE", help="Human scores from headwater curate calibrate; ranks all texts."
)
@click.option("--judgements", metavar="FILE", help="What people concluded, from headwater review aggregate.")
@click.option("--allow-cut", is_flag=True, help="Do not fail when the policy cuts human texts of a stratum.")
@click.option("--engine", help="native (default, this machine) or ray (a cluster).")
@click.option("--ray-address", help="Ray cluster, such as auto or host:6379.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes; without it, one a core.")
@click.option("--shard-bytes", type=int, help="Input bytes a shard aims at; without it, 33554432.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def curate(*, run: str | None, redecide: str | None, as_json: bool, allow_cut: bool, **options: Any) -> None:
    """Decide every document of a crawl, with evidence: admit, quarantine or exclude.

    SOURCE is a WARC, WET, JSON lines or Parquet file, a Hugging Face dataset on disk, or a folder, glob
    or fsspec URL of these. Below DIR it writes corpus/, quarantine/, excluded/, labels/,
    ledger.parquet, skipped.parquet, run.json, summary.json and report.html.

    A run that was interrupted resumes when the same command is given again. The same input and
    configuration give the same bytes, on any engine and any number of workers.

    headwater curate calibrate DIR makes what --calibration takes, estimate DIR says how much is generated,
    seal DIR makes a release, and verify RELEASE checks one. A folder of such a name is ./calibrate.
    """
    from headwater.cli import runfile

    settings = runfile.read(Path(run), _RUNFILE) if run else {}
    settings |= {key: value for key, value in options.items() if value not in {None, ()}}
    root = redecide or settings.get("out", "")
    summary = _redecide(Path(root), settings) if redecide else _curate(settings)
    _print(summary, Path(root), as_json=as_json)
    if not allow_cut:
        _gate(summary, _policy(settings).human_cut)


def _gate(summary: Summary, most: float) -> None:
    """Fail when the policy certainly cuts more of the human texts of a stratum than it may.

    Raises:
        VerificationError: If it does.
    """
    cuts = summary.statistics.cuts if summary.statistics else ()
    worst = max(cuts, key=lambda cut: cut.low, default=None)
    if worst is not None and worst.low > most:
        raise VerificationError(
            f"the policy cuts {worst.n_cut} of {worst.n} held-out human texts of {worst.dimension} "
            f"{worst.stratum}; its cap is {most:.1%}",
            hint="change the policy, or accept it with --allow-cut; the results are in place",
        )


def _curate(settings: dict[str, Any]) -> Summary:
    if not settings.get("sources"):
        raise InputError("no SOURCE is given", hint="headwater curate SOURCE... --out DIR")
    engine = _engine(settings, loading="headwater.curate.evidence")  # It goes on beside all that follows.
    from headwater.cli.terminal import progress
    from headwater.curate.run import Setting, check_folder, prepare
    from headwater.curate.run import curate as run_curate
    from headwater.curate.summary import PassedOver
    from headwater.sources.discover import discover
    from headwater.sources.plan import plan

    config, root = _config(settings), _out(settings)
    check_folder(root)
    with progress() as show:
        found = discover(settings["sources"], results=root)
        passed = [PassedOver(file.source, file.why) for file in found if not file.kind]
        if not config.reserves:
            prepare(engine, root, config)  # It goes on beside the hashing.
        shards = plan(
            found,
            shard_bytes=config.shard_bytes,
            text_field=config.text_field,
            on_copy=lambda file, first: passed.append(
                PassedOver(file.source, f"same bytes as {first.source}")
            ),
            show=lambda done, total: show("hashing MB", done // 10**6, total // 10**6),
        )
        _tell(passed)
        setting = Setting(engine, _page, show)
        return run_curate(shards, root, config=config, setting=setting, passed_over=passed)


def _out(settings: dict[str, Any]) -> Path:
    out = settings.get("out")
    if not out:
        raise InputError("no --out is given", hint="name a new folder for the results")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", out) or not out.isprintable():
        raise InputError(f"--out cannot be {out}", hint="name a local folder, without a scheme such as s3:")
    return Path(out)


def _tell(passed: Sequence[PassedOver]) -> None:
    reasons = Counter(file.why for file in passed)
    for why, n in reasons.items():
        first = next(file.source for file in passed if file.why == why)
        more = f" and {n - 1:,} more" if n > 1 else ""
        sys.stderr.write(f"headwater: passed over {printable(first)}{more}: {why}\n")


def _redecide(root: Path, settings: dict[str, Any]) -> Summary:
    from headwater.cli.terminal import progress
    from headwater.curate.run import Setting
    from headwater.curate.run import redecide as run_redecide

    if settings.get("sources") or settings.get("out"):
        raise ConfigError("--redecide takes no SOURCE and no --out", hint="it works on the folder it names")
    decides = {"policy", "calibration", "judgements"}
    wrong = sorted(set(settings) - decides - {"engine", "ray_address", "workers"})
    if wrong:
        raise ConfigError(
            f"--redecide takes no {wrong[0]}", hint="it works on the folder it names, with its labels"
        )
    with progress() as show:
        setting = Setting(_engine(settings), _page, show)
        return run_redecide(root, policy=_policy(settings), setting=setting, **_files(settings))


def _page(summary: Summary) -> str:
    from headwater.curate.skips import explanations
    from headwater.report.curate import render

    return render(summary, explanations=explanations(summary))


def _config(settings: dict[str, Any]) -> Any:
    from headwater.curate.config import Config, labels_given
    from headwater.sources.shard import Limits

    chosen: dict[str, Any] = {
        key: settings[key]
        for key in ("text", "text_field", "writer_field", "shard_bytes", "max_deaths")
        if key in settings
    }
    if "labels" in settings:
        chosen["labels"] = tuple(settings["labels"])
    if "watermark_registry" in settings:
        chosen["watermarks"] = _watermarks(settings)
    if settings.get("reserves"):
        from headwater.curate import roll

        chosen["reserves"] = roll.encode([Path(path) for path in settings["reserves"]])
    if settings.get("detector"):
        from headwater.curate.detectors.choice import choose, encode

        chosen["detector"] = encode(choose(settings["detector"]))
    chosen.setdefault("labels", labels_given(chosen))
    if "max_payload_bytes" in settings:
        chosen["limits"] = Limits(max_payload_bytes=settings["max_payload_bytes"])
    if "trust_anchors" in settings:
        chosen["trust_anchors"] = _read(settings["trust_anchors"], "trust anchors")
    if "cpu_limit_s" in settings:
        chosen["cpu_limit_s"] = float(settings["cpu_limit_s"])
    return Config(policy=_policy(settings), **chosen | _files(settings))


def _watermarks(settings: dict[str, Any]) -> str:
    """Give the keys of a registry, verified, that are valid today.

    Raises:
        ConfigError: If there is no such file, or no such key in it.
    """
    from headwater.cli.registry import read, today
    from headwater.curate.labels.watermark import encode

    path = Path(settings["watermark_registry"])
    if not path.is_file():
        raise ConfigError(f"cannot read the watermark registry {path}")
    found = today(read(path, settings.get("keeper")))
    for why in found.refused:
        sys.stderr.write(f"headwater: {printable(why)}\n")
    if not found.markers:
        raise ConfigError(f"the watermark registry {path} has no key that is valid today")
    return encode(found.markers)


def _files(settings: dict[str, Any]) -> dict[str, bytes]:
    """Read what decides beside the labels.

    Raises:
        ConfigError: If a file cannot be read.
    """
    found = {"calibration": b"", "judgements": b""}
    for name in found.keys() & settings.keys():
        try:
            found[name] = Path(settings[name]).read_bytes()
        except OSError as error:
            raise ConfigError(f"cannot read the {name} {settings[name]}: {error.strerror}") from error
    return found


def _policy(settings: dict[str, Any]) -> Policy:
    from headwater.curate.policy import Policy, parse

    if "policy" not in settings:
        return Policy()
    return parse(_read(settings["policy"], "policy"))


def _read(path: str, what: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"cannot read the {what} {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the {what} {path} is not UTF-8 text") from error


def _engine(settings: dict[str, Any], *, loading: str = "") -> Engine:
    from headwater.curate.engine.native import NativeEngine
    from headwater.curate.engine.ray import RayEngine

    name = settings.get("engine", "native")
    workers = settings.get("workers") or len(os.sched_getaffinity(0))
    if name not in ENGINES:
        raise ConfigError(f"unknown engine '{name}'", hint=f"there are: {', '.join(ENGINES)}")
    if name == "ray":
        return RayEngine(workers=workers, address=settings.get("ray_address", ""))
    if "ray_address" in settings:
        raise ConfigError("--ray-address goes with --engine ray")
    return NativeEngine(workers=workers, loading=loading)


def _print(summary: Summary, root: Path, *, as_json: bool) -> None:
    from dataclasses import asdict
    from json import dumps

    if as_json:
        sys.stdout.write(dumps(asdict(summary), indent=1, ensure_ascii=False) + "\n")
        return
    decided = {
        action: sum(r.n for r in summary.reasons if r.action == action)
        for action in ("admit", "quarantine", "exclude")
    }
    n_read = sum(source.n_read for source in summary.sources)
    lost = [skip for skip in summary.skips if skip.lost]
    other = sum(skip.n_records for skip in summary.skips if not skip.lost)
    sys.stdout.write(
        f"read {n_read:,} records: {decided['admit']:,} admitted, {decided['quarantine']:,} quarantined, "
        f"{decided['exclude']:,} excluded; {sum(skip.n_records for skip in lost):,} could not be read, "
        f"{other:,} were no text documents\n"
    )
    if lost:
        reasons = ", ".join(skip.reason for skip in lost[:4])
        sys.stdout.write(f"not read: {sum(skip.n_bytes for skip in lost):,} bytes ({reasons})\n")
    sys.stdout.write(f"report: {root / 'report.html'}\n")
    if not summary.reasons:
        sys.stderr.write("headwater: no document was decided\n")
