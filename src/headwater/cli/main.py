"""The `headwater` command: its groups, its voice, and the one place that turns errors into exit codes."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import NoReturn

import click

from headwater import __version__
from headwater.cli.curate import curate
from headwater.cli.forecast import forecast
from headwater.cli.lab import lab
from headwater.cli.loop import loop
from headwater.cli.measure import measure
from headwater.cli.monitor import monitor
from headwater.cli.plan import plan
from headwater.cli.reserve import reserve
from headwater.cli.review import review
from headwater.cli.terminal import deaf, printable, reader
from headwater.cli.watermark import watermark
from headwater.errors import HeadwaterError

_COMPLETION = "_HEADWATER_COMPLETE"
_ENDINGS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="headwater", message="%(prog)s %(version)s")
def app() -> None:
    """Keep human data human: decide every document of a crawl, with evidence.

    Shell completion: eval "$(_HEADWATER_COMPLETE=bash_source headwater)", or zsh_source, fish_source.
    """


app.add_command(curate)
app.add_command(forecast)
app.add_command(lab)
app.add_command(loop)
app.add_command(measure)
app.add_command(monitor)
app.add_command(plan)
app.add_command(watermark)
app.add_command(reserve)
app.add_command(review)


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Codes: 0 done, 1 a claim that is not true, 2 unusable input, 3 something unavailable, 130 interrupted, 141
    nobody reads any more what is still to be said, 143 terminated.

    Args:
        arguments: Without the program's name; None for those of the process.
    """
    before = {number: signal.signal(number, _end) for number in _ENDINGS}
    try:
        code = _code(arguments)
        with reader():
            pass  # What was found keeps its status, read or not.
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    gc.freeze()  # The process ends: its last collection has nothing to look through.
    sys.exit(code)


class _EndingError(BaseException):
    """Somebody wants the process to end; its first argument is the signal."""


def _end(number: int, frame: object) -> NoReturn:
    """Unwind, so that workers and half-written files go too.

    Raises:
        _EndingError: Always.
    """
    raise _EndingError(number)


def _code(arguments: list[str] | None) -> int:
    try:
        app.main(args=arguments, prog_name="headwater", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit:
        # Click leaves by itself in two cases: the shell's completion is done, or a pipe is closed, which it
        # gives the status of a false claim.
        if _COMPLETION in os.environ:
            raise
        return _unread()
    except HeadwaterError as error:
        return _say(str(error), error.hint, error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stderr.write(error.format_message() + "\n")
        return 2
    except click.ClickException as error:
        return _say(_lower(error.format_message()), "headwater --help lists commands and options", 2)
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        what = error.strerror or str(error).partition("\n")[0]
        return _say(f"{named}{what}", "check that the path exists and may be read", 3)
    except _EndingError as ending:
        number: int = ending.args[0]
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # The terminal has shown ^C.
        return _say(
            _ENDINGS[signal.Signals(number)],
            "run the same command again; curate, lab run and loop run resume",
            128 + number,
        )
    return 0


def _unread() -> int:
    """Leave as programs that a closed pipe ends: what was not said has not been found to be so."""
    deaf()
    return 128 + signal.SIGPIPE


def _say(message: str, hint: str, code: int) -> int:
    sys.stderr.write(f"headwater: {printable(message)}\n" + (f"hint: {hint}\n" if hint else ""))
    return code


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".").replace("\n", " ")
