"""The user's own names for what a plan can't know: the values in its prompts, and how often loops and forks run.

The planner names a value by the variable that holds it; what has no variable is read from the source here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ....ir.module import Module
from ....ir.ops import Call, Fork, Gen, Select
from ....ir.structure import walk as walk_ops
from ....ir.values.numerals import whole
from ....runtime.plan import schema as p
from ....runtime.plan.walking import walk

LONGEST = 40
"""Longer expressions make formulas unreadable; the planner's name stays."""

Sites = frozenset[tuple[str, str]]
_LOOP = re.compile(
    r"(?:async\s+)?for\s+(.+?)\s+in\s+(?:unordered\s+)?(.+?)(?:\s+by\s+.+)?:?\s*", re.S
)
_FORK = re.compile(r"fork\s+(?:.+?\s+in\s+)?(.+?)(?:\s+as\s+\w+)?:?\s*", re.S)
_UNNAMED = re.compile(r"\{value\b.*\}")


def named(plan: p.Plan) -> p.Plan:
    """The plan with names from the source where the prefix table has none."""
    holes = dict(_holes(plan.nodes))
    rounds = [node.text for node in plan.nodes if node.kind == "join" and node.text == "turns"]
    nodes = [
        msgspec.structs.replace(node, text=_loop(node, len(rounds) > 1))
        if node.kind == "join" and node.text
        else msgspec.structs.replace(node, text=holes.get(node.id, node.text))
        for node in plan.nodes
    ]
    return msgspec.structs.replace(plan, nodes=nodes)


def _loop(node: p.PrefixNode, several: bool) -> str:
    """How often a loop runs: `len(picked)`, a number, or the `turns` of a `while`."""
    if whole(node.text) is not None or node.span is None:
        return node.text
    if node.text == "turns":
        return f"turns at line {node.span.line}" if several else node.text
    found = _LOOP.fullmatch(node.span.text.strip())
    return many(found[2]) if found and len(found[2]) <= LONGEST else node.text


def many(items: str) -> str:
    """The number of items of an expression as a formula names it."""
    inner = re.fullmatch(r"range\(([^,()]+)\)", items.strip())
    if inner:
        return inner[1].strip()
    beside = re.fullmatch(r"(?:enumerate|zip|sorted|reversed)\(([^,()]+).*\)", items.strip(), re.S)
    if beside:
        return many(beside[1])
    return items.strip() if re.fullmatch(r"\d+", items.strip()) else f"len({items.strip()})"


# --- the values in texts --------------------------------------------------------------------------


def _holes(nodes: Sequence[p.PrefixNode]) -> Iterator[tuple[int, str]]:
    """Names for inserts that have none: the expression that stands in the hole, else the place."""
    for run in _runs(nodes):
        written = _written(run[0].span.text) if run[0].span else []
        fits = len(written) == len(run)
        for node, expression in zip(run, written if fits else [""] * len(run), strict=True):
            if _UNNAMED.fullmatch(node.text):
                yield node.id, _named_hole(node, expression)


def _named_hole(node: p.PrefixNode, expression: str) -> str:
    if expression and len(expression) <= LONGEST:
        return "{" + expression + "}"
    return f"{{value at line {node.span.line}}}" if node.span else node.text


def _runs(nodes: Sequence[p.PrefixNode]) -> Iterator[list[p.PrefixNode]]:
    """The inserts of one text, in order: nodes follow one another in the table as they do in the prompt."""
    run: list[p.PrefixNode] = []
    for node in nodes:
        if node.kind != "insert":
            continue
        if run and (node.span != run[-1].span or len(run) == len(_written_of(run))):
            yield run
            run = []
        run.append(node)
    if run:
        yield run


def _written_of(run: Sequence[p.PrefixNode]) -> list[str]:
    return _written(run[0].span.text) if run[0].span else []


def _written(text: str) -> list[str]:
    """The expressions in the holes of a text as it is written; an expression that is no text is its own."""
    if not re.match(r"""[rRfF]*["']""", text):
        return [text.strip()]
    found: list[str] = []
    depth, start = 0, 0
    plain = text.replace("{{", "\0\0").replace("}}", "\0\0") if "{{" in text else text
    for at, char in enumerate(plain):
        if char == "{":
            start, depth = (at + 1, 1) if depth == 0 else (start, depth + 1)
        elif char == "}" and depth:
            depth -= 1
            if depth == 0:
                found.append(plain[start:at].strip())
    return found


# --- forks ----------------------------------------------------------------------------------------


class ForkNames:
    """How many arms a fork has, as the source says it; forks are recognized by the calls inside."""

    def __init__(self, plan: p.Plan, module: Module | None) -> None:
        self._families = {family.id: (family.program, family.site) for family in plan.families}
        self._found = dict(_forks(module)) if module is not None else {}

    def of(self, program: str, step: p.ForkStep) -> str:
        """The name, or an empty one."""
        return self._found.get(self._sites(program, step), "")

    def _sites(self, program: str, step: p.ForkStep) -> Sites:
        inside = list(walk(step.bodies))
        asked = {
            self._families[x.family] for x in inside if isinstance(x, p.GenStep | p.SelectStep)
        }
        return frozenset(asked | {(program, x.site) for x in inside if isinstance(x, p.CallStep)})


def _forks(module: Module) -> Iterator[tuple[Sites, str]]:
    for program in module.programs:
        for op in walk_ops(program.body):
            if isinstance(op, Fork) and op.items is not None and op.span is not None:
                found = _FORK.fullmatch(op.span.text.split("\n")[0].strip())
                if found and len(found[1]) <= LONGEST and not found[1].isdigit():
                    yield _sites_in(program.name, op), _arms(op.span.text, found[1])


def _arms(written: str, items: str) -> str:
    """`fork 5` counts arms, `fork x in xs` has one for each."""
    return many(items) if re.match(r"fork\s+.+?\s+in\s", written) else items.strip()


def _sites_in(program: str, op: Fork) -> Sites:
    inside = [each for body in op.bodies for each in walk_ops(body)]
    return frozenset((program, x.site) for x in inside if isinstance(x, Gen | Select | Call))


def parameters(plan: p.Plan) -> Mapping[tuple[str, int], str]:
    """The names of parameters by program and register."""
    return {(q.name, param.register): param.name for q in plan.programs for param in q.parameters}
