"""Signatures: which program a module runs, its parameters, and their JSON schema."""

from __future__ import annotations

import difflib
from typing import Any

import networkx as nx

from ...ir.constrained.shape import json_schema
from ...ir.diagnostic import CompileFailed, Diagnostic, Label
from ...ir.module import Module, Param, Program
from ...ir.ops import Call
from ...ir.structure import walk
from ...ir.types import parse_type
from ...runtime.plan.schema import HostBinding, Parameter, PlanProgram


def choose_entry(module: Module, wanted: str | None = None) -> str:
    """The program to run: the one that is named, or the only one that no other program calls.

    Raises CompileFailed (SGL2001 none, SGL2002 not there, SGL2003 several, SGL2004 recursion).
    """
    names = [program.name for program in module.programs]
    _refuse_recursion(module)
    if wanted is not None:
        if wanted not in names:
            raise CompileFailed([_not_there(wanted, names)])
        return wanted
    called = {op.program for q in module.programs for op in walk(q.body) if isinstance(op, Call)}
    roots = [program for program in module.programs if program.name not in called]
    if not roots:
        raise CompileFailed([Diagnostic("SGL2001", "there is no program to run")])
    if len(roots) > 1:
        raise CompileFailed([_several(roots)])
    return roots[0].name


def _not_there(wanted: str, names: list[str]) -> Diagnostic:
    close = difflib.get_close_matches(wanted, names, n=1)
    helps = [f"a program `{name}` is there" for name in close] or [f"there is {_listed(names)}"]
    return Diagnostic("SGL2002", f"there is no program `{wanted}`", helps=tuple(helps))


def _several(roots: list[Program]) -> Diagnostic:
    names = _listed([root.name for root in roots])
    labels = tuple(Label(root.span, "", at == 0) for at, root in enumerate(roots) if root.span)
    return Diagnostic(
        "SGL2003",
        f"several programs could be run: {names}",
        labels=labels,
        helps=(f"`FILE:{roots[0].name}` names one of them",),
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _refuse_recursion(module: Module) -> None:
    graph = nx.DiGraph()
    for program in module.programs:
        calls = (op.program for op in walk(program.body) if isinstance(op, Call))
        graph.add_edges_from((program.name, callee) for callee in calls)
    try:
        cycle = [a for a, _ in nx.find_cycle(graph)]
    except nx.NetworkXNoCycle:
        return
    chain = " calls ".join(f"`{name}`" for name in [*cycle, cycle[0]])
    span = module.program(cycle[0]).span
    labels = (Label(span),) if span else ()
    raise CompileFailed(
        [Diagnostic("SGL2004", f"programs call each other in a circle: {chain}", labels)]
    )


def parameter(param: Param, register: int) -> Parameter:
    """A parameter as it stands in a plan."""
    default = list(param.default) if param.default is not None else []
    return Parameter(param.name, str(param.value.type), register, param.lifetime, default)


def hosts(module: Module) -> list[HostBinding]:
    """The host functions that the module wants bound."""
    return [
        HostBinding(e.name, [(n, str(t)) for n, t in e.params], str(e.result), e.pure, e.total)
        for e in module.externs
    ]


def parameter_schema(program: PlanProgram) -> dict[str, Any]:
    """The JSON schema of a program's arguments, as an object of its parameters."""
    required = [q.name for q in program.parameters if not q.default]
    properties = {q.name: _property(q) for q in program.parameters}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": program.name,
        **({"description": program.doc} if program.doc else {}),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(parameter: Parameter) -> dict[str, Any]:
    schema = dict(json_schema(parse_type(parameter.type)))
    if parameter.default:
        schema["default"] = parameter.default[0]
    return schema
