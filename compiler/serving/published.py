"""Programs from files, ready to be served: compiled, with their signatures and the pages about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ...ir.constrained.shape import json_schema
from ...ir.diagnostic import CompileFailed
from ...ir.types import RecordType, Type, parse_type
from ...lang.python.lowered import PROMPT_FIELD
from ...runtime.plan.file import check_target, read_plan
from ...runtime.plan.schema import Plan, PlanProgram
from ...runtime.server.programs.published import Published
from ..api.program import RUN_DEFAULTS, Program
from ..console.failures import UsageError, show
from ..driver.compilation import (
    Build,
    Options,
    allow_nesting,
    compile_module,
    load,
    split_entry,
    stage_of,
)
from ..driver.targets import Choice
from ..explain import report as r
from ..explain.html import render as html_of
from ..explain.make import of_build, of_plan
from ..explain.text.render import render as text_of
from ..planner.signatures import parameter_schema
from ..running.hosts import imported
from .annotations import parameter_types


@dataclass(frozen=True, slots=True)
class Files:
    """What programs are made of: how they are compiled, for which target, and the host functions at hand."""

    options: Callable[[str | None], Options]
    choice: Choice
    hosts: Mapping[str, Callable[..., Any]]

    def publish(self, names: Sequence[str]) -> list[Published]:
        """The programs of all files. Raises CompileFailed, RunError, UsageError (SGL2074, SGL2075), OSError."""
        found = [program for name in names for program in self._of_file(name)]
        seen: set[str] = set()
        for program in found:
            if program.name in seen:
                raise UsageError(
                    "SGL2074",
                    f"two programs are named `{program.name}`",
                    "each has its endpoint by its name",
                )
            seen.add(program.name)
        return found

    def _of_file(self, name: str) -> Iterator[Published]:
        path, entry = split_entry(name)
        if path.suffix == ".py":
            yield from self._of_python(path, entry)
        elif stage_of(path) == "plan":
            plan = read_plan(path)
            check_target(plan.target, self.choice.target, str(path), plan.source)
            plan = msgspec.structs.replace(plan, entry=entry or plan.entry)
            yield self._made(plan, of_plan(plan, None, self.choice.target.tokenizer))
        else:
            module, warnings = load(path)
            yield self._built(
                compile_module(module, self.options(entry), self.choice, warnings, str(path))
            )

    def _built(self, build: Build, **more: Any) -> Published:
        if build.warnings:
            show(build.warnings)
        return self._made(build.plan, of_build(build), **more)

    def _of_python(self, path: Path, entry: str | None) -> Iterator[Published]:
        """Every program that a Python file defines, or the one that is named."""
        module = imported(path)
        own = [each for each in vars(module).values() if isinstance(each, Program)]
        own = [each for each in own if entry in (None, each.name)]
        if not own:
            what = f"no program `{entry}`" if entry else "no program"
            raise UsageError(
                "SGL2075",
                f"`{path}` defines {what}",
                "a program is a function under `@sglc.function`",
            )
        for program in own:
            yield self._python(program, program.function.__doc__ or module.__doc__ or "")

    def _python(self, program: Program, doc: str) -> Published:
        """A function for the types that its annotations declare. Raises CompileFailed."""
        from ...lang.python.lower import lower

        declared = parameter_types(program.function)
        declared = {name: each for name, each in declared.items() if name not in program.bound}
        types = {name: kind for name, (kind, _) in declared.items()}
        allow_nesting()
        lowered = lower(program.function, types, RUN_DEFAULTS)
        if lowered.module is None or not lowered.is_compiled:
            raise CompileFailed(lowered.diagnostics)
        options = self.options(None)
        options = Options(
            options.level,
            options.passes,
            options.disabled,
            lowered.entry,
            options.watch,
            keep_calls=True,
        )
        build = compile_module(lowered.module, options, self.choice, lowered.diagnostics)
        defaults = {name: default[0] for name, (_, default) in declared.items() if default}
        return self._built(
            build,
            doc=doc.strip().split("\n")[0],
            own=lowered.hosts,
            defaults={**defaults, **program.bound},
            hides=frozenset((PROMPT_FIELD,)),
        )

    def _made(
        self,
        plan: Plan,
        report: r.Report,
        doc: str = "",
        own: Mapping[str, Callable[..., Any]] | None = None,
        defaults: Mapping[str, Any] | None = None,
        hides: frozenset[str] = frozenset(),
    ) -> Published:
        entry = next(each for each in plan.programs if each.name == plan.entry)
        takes, gives = (
            _takes(entry, defaults or {}),
            dict(_schema(_shown(parse_type(entry.result), hides))),
        )
        doc = doc or entry.doc
        explained = {
            "html": html_of(report).encode(),
            "json": r.to_json(report),
            "text": text_of(report).encode(),
        }
        return Published(
            name=plan.entry,
            plan=plan,
            takes=takes,
            gives=gives,
            doc=doc,
            hosts={**self.hosts, **(own or {})},
            defaults=defaults or {},
            hides=hides,
            explained=explained,
        )


def _takes(program: PlanProgram, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of the arguments; those that have a value already need not be given."""
    schema = parameter_schema(program)
    for name, value in defaults.items():
        if name in schema["properties"]:
            schema["properties"][name]["default"] = value
    schema["required"] = [name for name in schema["required"] if name not in defaults]
    return schema


def _shown(kind: Type, hides: frozenset[str]) -> Type:
    if not isinstance(kind, RecordType):
        return kind
    return RecordType(tuple((name, each) for name, each in kind.fields if name not in hides))


def _schema(kind: Type) -> dict[str, object]:
    """The JSON schema of results; what no schema can say is left open."""
    try:
        return json_schema(kind)
    except ValueError:
        return {}
