"""The command line, and in `lab` the experiments behind it: the only part of `sim` that knows `policies` and `reports`.

Commands import what they need when they run, so that `orderlab --help` answers at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from io import TextIOWrapper
from signal import SIGINT
from typing import NoReturn

import click

from sim.cli import signals
from sim.errors import OrderlabError

# Where each command lives, in the order in which help shows them.
_COMMANDS = {
    "run": "sim.cli.run",
    "select": "sim.cli.select",
    "sweep": "sim.cli.sweep",
    "resume": "sim.cli.run",
    "again": "sim.cli.run",
    "warmup": "sim.cli.warmup",
    "report": "sim.cli.run",
    "explain": "sim.cli.explain",
    "diff": "sim.cli.diff",
    "export": "sim.cli.export",
    "check": "sim.cli.check",
    "validate": "sim.cli.files",
    "new": "sim.cli.files",
    "check-policy": "sim.cli.policies",
    "schema": "sim.cli.files",
    "list": "sim.cli.files",
    "import": "sim.cli.importers",
}
_SUMMARIES = {
    "run": "Run policies on the same order books and compare them.",
    "select": "Select the best policy, with a guarantee.",
    "sweep": "Run policies with other values of some keys, or without each of their rules.",
    "resume": "Complete a result folder that was interrupted.",
    "again": "Play a finished result again, from its folder alone, and say whether it is the same.",
    "warmup": "Say after how many days a scenario has settled, and draw it.",
    "report": "Write report.html of a result folder.",
    "explain": "Tell the life of one order of a result, and the reasons of every decision about it.",
    "diff": "Tell which orders two policies of a result decided differently, what that did to them, and why.",
    "export": "Write a workbook, plain tables or an event log of a result, for other programs.",
    "check": "Compare a result with a baseline, and fail when it got worse.",
    "validate": "Check scenarios and rule sets; every problem at once.",
    "new": "Write a commented starter scenario and rule set.",
    "check-policy": "Play a policy in small worlds, and tell everything that is wrong with it.",
    "schema": "Print the JSON Schema of scenarios or rule sets, for editors.",
    "list": "Show what is there: scenarios, policies, kpis or parts.",
    "import": "Make a scenario of other data.",
}


class _Lazy(click.Group):
    """A group that imports a command only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        attribute = f"{name.replace('-', '_')}_command"
        command: click.Command = getattr(import_module(_COMMANDS[name]), attribute)
        signals.keep_from_arrow()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS:
            from sim.document import nearest
            from sim.scenario import shipped_scenarios

            if args[0] in shipped_scenarios() or args[0].endswith((".yaml", ".yml")):
                ctx.fail(f"No such command '{args[0]}'. Did you mean 'orderlab run {args[0]}'?")
            if close := nearest(args[0], _COMMANDS):
                ctx.fail(f"No such command '{args[0]}'. Did you mean '{close}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="orderlab", message="orderlab %(version)s")
def orderlab() -> None:
    """A laboratory for order orchestration: what a routing rule does, before it goes live.

    Start with: orderlab run hello -p nearest -p cheapest
    """


def _say(what: str, error: BaseException) -> None:
    """Say what ended the command, and what is noted of it: how it can be completed."""
    noted: BaseException | None = error
    while noted is not None and not hasattr(noted, "__notes__"):  # what a second signal interrupted has them
        noted = noted.__context__
    click.echo("\n".join([what, *getattr(noted, "__notes__", [])]), err=True)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Exit codes: 0 done; 1 `check` found a regression; 2 the user's input, policy or disk is at fault; 3 an internal
    error; 130 after SIGINT, 143 after SIGTERM.
    """
    if isinstance(
        sys.stdout, TextIOWrapper
    ):  # a minus sign that a terminal does not know is no reason to fail
        sys.stdout.reconfigure(errors="backslashreplace")
    with signals.heard():
        try:
            code = _run(sys.argv[1:] if arguments is None else [*arguments])
        except (KeyboardInterrupt, signals.Terminated) as error:  # while something else was being said
            code = _stopped(error)
        except OSError:  # what is to be said cannot be written, on a full disk
            code = 2
    try:
        sys.stdout.flush()
    except OSError:  # whoever read it has seen enough, or the disk is full: what is left of it goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Run a command, say what ends it early, and return its exit code."""
    try:
        # Not `orderlab.main`, which takes a closed pipe for a failure.
        with orderlab.make_context("orderlab", arguments) as context:
            orderlab.invoke(context)
            return 0
    except click.exceptions.Exit as leaving:
        return int(leaving.exit_code)
    except BaseException as error:
        return _stopped(error) if _is_stop(error) else _failed(error)


def _is_stop(error: BaseException) -> bool:
    """Tell whether a signal ended the command, also when a library made another error of it."""
    return bool(signals.received) or isinstance(error, click.exceptions.Abort | KeyboardInterrupt)


def _stopped(error: BaseException) -> int:
    signals.ignore()
    _say("stopped", error)
    return 128 + (signals.received[0] if signals.received else SIGINT)


def _failed(error: BaseException) -> int:
    """Say what ended a command early, and return its exit code."""
    match error:
        case click.ClickException():
            error.show()
        case OrderlabError():
            _say(str(error), error)
        case BrokenPipeError():
            return 0
        case OSError():
            # What has no file, a library has said in full.
            named = f"{error.filename}: {os.strerror(error.errno)}" if error.filename and error.errno else ""
            _say(named or error.strerror or str(error), error)
        case MemoryError():
            _say("memory has run out", error)
        case _:
            click.echo("orderlab failed, and that is its own fault. Please report this:\n", err=True)
            traceback.print_exception(error)
            return 3
    return 2
