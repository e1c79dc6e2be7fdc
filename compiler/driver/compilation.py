"""From files to plans: the one place where the stages meet.

`load` starts from any stage by extension (`.sgl`, `.sglir`, `.plan.json`), `compile_module` runs the passes
and the planner, `compile_file` does both. Errors of all stages leave as one `CompileFailed` with
every diagnostic; warnings stay with the `Build`.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...ir.collector import without_collection
from ...ir.diagnostic import CompileFailed, Diagnostic, has_errors
from ...ir.module import Module
from ...passes.pipeline import pipeline, read_pipeline
from ...passes.running.context import Context, Pass
from ...passes.running.needs import INLINED, check_needs
from ...passes.running.options import PipelineError
from ...passes.running.runner import RunOptions, run_pipeline
from ...runtime.plan.schema import Plan
from ..planner import advise, plan
from ..planner.signatures import choose_entry
from .linking import link
from .targets import Choice, choose_target, told

RECURSION_LIMIT = 20_000
"""Stages recurse into nested regions; the language bounds the nesting, Python's default is lower."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to compile. `passes` replaces the pipeline of the level; `disabled` takes passes out of it.

    `template`: arguments of the chat template, before those that the source gives. `date`: the day that it sees.
    `keep_calls`: what nobody reads is asked all the same.
    """

    level: int = 1
    passes: str | None = None
    disabled: Collection[str] = ()
    entry: str | None = None
    watch: RunOptions = field(default_factory=RunOptions)
    template: Mapping[str, Any] = field(default_factory=dict[str, Any])
    date: str = ""
    keep_calls: bool = False


@dataclass(frozen=True, slots=True)
class Build:
    """Everything that one compilation made: the module as lowered and as optimised, and the plan."""

    lowered: Module
    module: Module
    plan: Plan
    choice: Choice
    context: Context
    warnings: tuple[Diagnostic, ...]
    source: str = ""


def split_entry(name: str) -> tuple[Path, str | None]:
    """`FILE:program` as file and program. A colon that belongs to the path stays with it."""
    path = Path(name)
    head, colon, entry = name.rpartition(":")
    if path.exists() or not colon or not entry.isidentifier():
        return path, None
    return Path(head), entry


def stage_of(path: Path) -> str:
    """Which stage a file is: `sgl`, `sglir` or `plan`. Raises CompileFailed (SGL2011)."""
    for suffix, stage in (
        (".sgl", "sgl"),
        (".sglir", "sglir"),
        (".plan.json", "plan"),
        (".json", "plan"),
    ):
        if path.name.endswith(suffix):
            return stage
    raise CompileFailed(
        [
            Diagnostic(
                "SGL2011",
                f"`{path}` is no file that sglc compiles",
                helps=(
                    "the name of a program ends in `.sgl`, of IR in `.sglir`, of a plan in `.plan.json`",
                ),
            )
        ]
    )


def load(path: Path) -> tuple[Module, tuple[Diagnostic, ...]]:
    """The module of a `.sgl` or `.sglir` file, and the warnings. Raises CompileFailed, OSError."""
    stage = stage_of(path)
    if stage == "plan":
        raise CompileFailed(
            [
                Diagnostic(
                    "SGL2012",
                    f"`{path}` is a plan: it is compiled already",
                    helps=("`sglc run` and `sglc explain` take a plan in place of its source",),
                )
            ]
        )
    if stage == "sglir":
        return load_ir(read_text(path), str(path)), ()
    from ...lang.compile import load_file

    module, diagnostics = load_file(path)
    return module, tuple(diagnostics)


def read_by(path: Path) -> Iterator[Path]:
    """The files that a program is made of: its own, what that imports, and texts. Nothing is raised."""
    yield path
    if not path.name.endswith(".sgl"):
        return
    from ...lang.compile import analyse, source_of

    with suppress(OSError, CompileFailed):
        yield from analyse(source_of(path), path).read


def load_ir(text: str, name: str) -> Module:
    """A module from its text form: well formed, whoever wrote it. Raises CompileFailed."""
    from ...ir.text.parser import parse_module
    from ...ir.verify.verifier import verify

    module = parse_module(text, name)
    found = verify(module)
    if has_errors(found):
        raise CompileFailed(found)
    return module


def read_text(path: Path) -> str:
    """The text of a source file. Raises CompileFailed (SGL2013) when it is not UTF-8, OSError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CompileFailed(
            [Diagnostic("SGL2013", f"`{path}` is not UTF-8 text: byte {error.start} is not valid")]
        ) from error


def compile_file(path: Path, options: Options | None = None, model: str | None = None) -> Build:
    """Load, optimise and plan one file for the target that `model` names. Raises CompileFailed, OSError."""
    module, warnings = load(path)
    return compile_module(module, options, choose_target(model), warnings, str(path))


def compile_files(
    paths: Sequence[Path], options: Options | None = None, model: str | None = None
) -> Build:
    """Build files together, so that their programs share what they have in common; the first holds the entry.

    Raises CompileFailed, OSError.
    """
    loaded = [(path, *load(path)) for path in paths]
    options = options or Options()
    entry = choose_entry(loaded[0][1], options.entry)
    module = link([(path, each) for path, each, _ in loaded])
    warnings = [warning for *_, found in loaded for warning in found]
    source = ", ".join(map(str, paths))
    return compile_module(
        module, replace(options, entry=entry), choose_target(model), warnings, source
    )


@without_collection()
def compile_module(
    module: Module,
    options: Options | None = None,
    choice: Choice | None = None,
    warnings: Sequence[Diagnostic] = (),
    source: str = "",
) -> Build:
    """Run the passes over a module and plan it. Raises CompileFailed."""
    options = options or Options()
    given = {**dict(module.template), **options.template}
    choice = told(choice or choose_target(), given, options.date)
    allow_nesting()
    context = Context(choice.target, level=options.level)
    optimised = _optimised(module, options, context)
    made = plan(optimised, choice.target, options.entry, options.level, source, context.odd)
    found = (*warnings, *advise(optimised, made, choice.target, choice.context))
    if has_errors(found):
        raise CompileFailed(found)
    return Build(module, optimised, made, choice, context, found, source)


def allow_nesting() -> None:
    """Let Python recurse as deep as regions may be nested."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))


def _optimised(module: Module, options: Options, context: Context) -> Module:
    """The module after the passes, ready to be planned. Raises CompileFailed (SGL2014)."""
    passes = passes_of(options)
    with _as_diagnostic():
        optimised = run_pipeline(module, passes, context, options.watch)
        check_needs("a plan", (INLINED,), optimised)
    return optimised


def passes_of(options: Options) -> tuple[Pass, ...]:
    """The passes that options ask for. Raises CompileFailed (SGL2014)."""
    with _as_diagnostic():
        if options.passes is not None:
            return read_pipeline(options.passes)
        return pipeline(options.level, options.disabled, options.keep_calls)


@contextmanager
def _as_diagnostic() -> Iterator[None]:
    try:
        yield
    except PipelineError as error:
        helps = ("`sglc passes` lists them, in an order that works",)
        raise CompileFailed([Diagnostic("SGL2014", str(error), helps=helps)]) from error
