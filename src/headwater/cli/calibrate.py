"""`headwater curate calibrate`: from a run over human text to the scores that documents are ranked among."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from headwater.cli.terminal import printable


@click.command(no_args_is_help=True)
@click.argument("run", metavar="DIR")
@click.option("--out", metavar="FILE", required=True, help="Where the calibration goes, as canonical JSON.")
@click.option("--writer-field", metavar="NAME", default="", help="Field that names the writer's group.")
@click.option(
    "--inclusion-field", metavar="NAME", default="", help="Field with the chance that the text was drawn."
)
@click.option("--label", default="statistical-1", help="Whose scores; detector-1 for those of a --detector.")
@click.option(
    "--generated", metavar="RUN", multiple=True, help="Finished run over generated texts; repeat for more."
)
@click.option("--canary-share", type=click.FloatRange(0, 0.5), default=0.2, help="Share that is held out.")
@click.option("--json", "as_json", is_flag=True, help="Print the strata as JSON.")
def calibrate(*, run: str, out: str, as_json: bool, **chosen: Any) -> None:
    """Gather the scores of human text, stratum by stratum.

    DIR is the folder of a finished headwater curate run over text that people are known to have written;
    what it admitted counts, once each. Give FILE to headwater curate --calibration. With --generated it
    holds scores of generated text too, which the estimate of the share learns from, beside those that the
    crawl declares.
    """
    from json import dumps

    from headwater.curate.calibrate import Fields
    from headwater.curate.calibrate import calibrate as gather
    from headwater.curate.calibration import encode
    from headwater.curate.store import atomic
    from headwater.stats import least_calibration

    found = gather(
        Path(run),
        fields=Fields(chosen["writer_field"], chosen["inclusion_field"]),
        label=chosen["label"],
        generated=[Path(one) for one in chosen["generated"]],
        canary_share=chosen["canary_share"],
    )
    with atomic(Path(out)) as temporary:
        temporary.write_bytes(encode(found))
    sizes = found.sizes()
    if as_json:
        facts = {"digest": found.digest, "strata": sizes, "canaries": len(found.canaries)}
        sys.stdout.write(dumps(facts, indent=1, ensure_ascii=False) + "\n")
        return
    least = least_calibration(0.01)
    for name, n in sizes.items():
        if "/" not in name and n >= least:
            finer = [one for one in sizes if one.startswith(f"{name}/") and sizes[one] >= least]
            sys.stdout.write(f"{printable(name):<12} {n:>9,}  {len(finer)} finer strata of {least} or more\n")
    small = [name for name, n in sizes.items() if "/" not in name and n < least]
    if small:
        sys.stdout.write(f"fewer than {least}, so nothing is held against: {printable(' '.join(small))}\n")
    sys.stdout.write(f"canaries: {len(found.canaries):,}\ncalibration: {out} ({found.digest[:16]})\n")
