"""The `headwater` command: its groups, its voice, and the one place that turns errors into exit codes."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from headwater import __version__
from headwater.cli.curate import curate
from headwater.errors import HeadwaterError

app = typer.Typer(
    name="headwater",
    help="Keep human data human: decide every document of a crawl, with evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Rich would double the start-up time of --help.
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(curate)


@app.callback(invoke_without_command=True)
def headwater(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda wanted: _print_version(wanted),
            help="Print the version and stop.",
        ),
    ] = False,
) -> None:
    """Keep human data human: decide every document of a crawl, with evidence."""


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # Typer calls it with the option's value.
    if wanted:
        sys.stdout.write(f"headwater {__version__}\n")
        raise typer.Exit


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Codes: 0 done, 1 a claim that is not true, 2 unusable input, 3 something unavailable, 130 interrupted.

    Args:
        arguments: Without the program's name; None for those of the process.
    """
    sys.exit(_code(arguments))


def _code(arguments: list[str] | None) -> int:
    import click

    try:
        outcome: Any = app(args=arguments, standalone_mode=False)
    except HeadwaterError as error:
        return _say(str(error), error.hint, error.exit_code)
    except click.exceptions.ClickException as error:
        return _say(_lower(error.format_message()), "headwater --help lists commands and options", 2)
    except (KeyboardInterrupt, click.exceptions.Abort):
        return _say("interrupted", "run the same command again: it resumes", 130)
    except BrokenPipeError:
        return 0
    return outcome if isinstance(outcome, int) else 0


def _say(message: str, hint: str, code: int) -> int:
    sys.stderr.write(f"headwater: {message}\n" + (f"hint: {hint}\n" if hint else ""))
    return code


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".").replace("\n", " ")
