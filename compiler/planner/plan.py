"""Planning: a module and its target become a plan. Everything else in this folder serves this function."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir.module import Module, Program
from ...ir.ops import Turn
from ...ir.structure import walk
from ...ir.target import Target
from ...ir.target.turns import Odd
from ...runtime.plan.schema import PLAN_VERSION, OddContent, Plan, PlanProgram, TargetInfo
from .facts import ModuleFacts
from .families import Families
from .groups import Groups
from .predictions import predict
from .prefixes import PrefixTable
from .signatures import choose_entry, hosts, parameter
from .steps import Shared, program_steps
from .waves import with_waves


def plan(
    module: Module,
    target: Target,
    entry: str | None = None,
    level: int = 1,
    source: str = "",
    odd: Iterable[Odd] = (),
) -> Plan:
    """Lay out a module for a target. At level 0 steps stay in source order, one at a time.

    `odd`: contents of turns that a run has to look at, as the passes found them.

    Raises CompileFailed when the entry program can't be told (SGL20xx).
    """
    start = choose_entry(module, entry)
    table = PrefixTable(target.tokenizer)
    shared = Shared(module, table, Families(), Groups(), ModuleFacts(module), level)
    programs = [_program(program, shared) for program in module.programs]
    families, groups = predict(
        programs, shared.families.all, shared.groups.all, table.entries, start
    )
    return Plan(
        version=PLAN_VERSION,
        target=target_info(target, module, odd),
        entry=start,
        programs=programs,
        nodes=table.nodes(),
        families=with_waves(programs, families),
        groups=groups,
        hosts=hosts(module),
        level=level,
        source=source,
    )


def target_info(target: Target, module: Module, odd: Iterable[Odd] = ()) -> TargetInfo:
    """What the plan says of its target. A turn that is left is rendered whole at each call."""
    template = target.template
    turns = any(isinstance(op, Turn) for program in module.programs for op in walk(program.body))
    return TargetInfo(
        name=target.name,
        tokenizer=target.tokenizer.digest,
        template=target.template_digest,
        approximate=target.tokenizer.approximate,
        whole_render=turns,
        arguments=dict(template.arguments) if template else {},
        date=template.date if template and template.reads_clock else "",
        odd=[OddContent(o.role, o.kind, o.marker) for o in sorted(odd)],
    )


def _program(program: Program, shared: Shared) -> PlanProgram:
    steps, registers = program_steps(program, shared)
    return PlanProgram(
        name=program.name,
        parameters=[parameter(param, at) for at, param in enumerate(program.params)],
        result=str(program.result),
        steps=steps,
        registers=registers.count,
        doc=program.doc,
    )
