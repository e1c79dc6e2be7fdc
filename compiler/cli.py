"""The command line: commands by name, imported when they run, and one place that turns failures into exit codes.

Data goes to stdout, everything else to stderr. Exit codes: 0 fine, 1 diagnostics or failed rows, 2 usage or
I/O, 101 a fault of our own.
"""

from __future__ import annotations

import difflib
import gc
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

from cyclopts import App, CycloptsError

from sglc import __version__

from .console.interrupted import Interrupted
from .console.terminal import tell

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""
PACKAGE = "sglc.compiler.commands"


class Command(NamedTuple):
    """One command: its name, where it lives, and the line that `--help` shows."""

    name: str
    where: str
    help: str


COMMANDS = (
    Command("build", "build:build", "Compile a program to a plan or to IR."),
    Command("explain", "explain:explain", "Show what a program will share, before it runs."),
    Command("run", "run:run", "Run a program, once or over the rows of a file."),
    Command("serve", "serve:serve", "Serve a model over HTTP, and programs as endpoints."),
    Command("test", "run_tests:run_tests", "Run the tests in source files."),
    Command("fmt", "fmt:fmt", "Rewrite source files in the canonical layout."),
    Command("lint", "lint:lint", "Find what breaks shared prefixes."),
    Command("rules", "rules:rules", "List the rules of lint."),
    Command("record", "record:record", "Run a program and keep the requests that it sends."),
    Command("rule", "rule:rule", "Print the page of a diagnostic."),
    Command("lsp", "lsp:lsp", "Serve editors: the language server, over stdin and stdout."),
    Command("passes", "passes:passes", "List the passes, or print the page of one."),
    Command("targets", "targets:targets", "List what serving systems' prefix caches do."),
    Command("models", "models:models", "List the models at hand."),
    Command("env", "env:env", "List the environment variables that are read."),
)


NAMES = [command.name for command in COMMANDS]


def make_app() -> App:
    """The application with its commands, none of them imported yet."""
    app = App(
        name="sglc",
        help="An optimizing compiler for programs that call a language model many times.",
        version=__version__,
        default_parameter=None,
        result_action="return_value",
        suppress_keyboard_interrupt=False,  # we say what is kept
    )
    for command in COMMANDS:
        app.command(f"{PACKAGE}.{command.where}", name=command.name, help=command.help)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    gc.freeze()  # the interpreter would look through all that was made for garbage, and end then
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code."""
    if arguments and not arguments[0].startswith("-") and arguments[0] not in NAMES:
        return _unknown(arguments[0])
    try:
        found = make_app()(
            _spelled_out(arguments), exit_on_error=False, print_error=False, help_on_error=False
        )
        return found if isinstance(found, int) else 0
    except CycloptsError as error:
        return _usage(error)
    except Interrupted as stopped:
        tell(stopped.told(arguments))
        return INTERRUPTED
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED
    except BaseException as error:
        from .console.failures import report

        return report(error, arguments)


def _spelled_out(arguments: Sequence[str]) -> list[str]:
    """`-O1` as compilers write it, as an option with a value; `-` as a path, which cyclopts takes for an option."""
    words: list[str] = []
    for at, argument in enumerate(arguments):
        if argument == "--":
            return words + list(arguments[at:])
        is_level = re.fullmatch(r"-O\d+", argument)
        words += ["--level", argument[2:]] if is_level else ["./-" if argument == "-" else argument]
    return words


def _unknown(name: str) -> int:
    """Say so without asking cyclopts, which would import every command to suggest one."""
    close = difflib.get_close_matches(name, NAMES, n=1)
    help = f"there is a command `{close[0]}`" if close else "`sglc --help` lists the commands"
    tell(f"error[SGL2026]: there is no command `{name}`\nhelp: {help}")
    return 2


def _usage(error: CycloptsError) -> int:
    chain = " ".join(["sglc", *(error.command_chain or ())])
    tell(f"error: {str(error).strip()}\nhelp: `{chain} --help` shows the usage")
    return 2
