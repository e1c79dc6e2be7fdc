"""How large what a plan can't know is taken to be: what the source says, else a guess that is marked as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ....ir.values.operations import text_form
from ....runtime.plan import schema as p
from ....runtime.plan.walking import walk
from .. import report as r
from .formula import CHANCE, symbols_of

Known = Literal["guess", "limit", "default", "given", "rows", "together"]
Counting = Callable[[str], int]

VALUE_TOKENS, SHORT_VALUE_TOKENS, NUMBER_TOKENS, ANSWER_TOKENS, MANY = 200, 20, 2, 64, 4
"""Guesses: of a value in the prompt that all share, of one per arm or round, of a number, of an answer, of a list."""
_NUMBER = re.compile(r"^\|len\(|\s[-+*/]\s")
ROWS, AT_ONCE = 100, 128
VALUES = {"day": 1, "tenant": 2, "user": 10, "session": 20, "turn": 50}
"""Guesses: how many values of each lifetime a hundred rows have."""
NAMES = {
    "rows": "rows",
    "runs": "runs, each with an empty cache",
    "at once": "rows at once",
    CHANCE: "how often an `if` is taken",
}


@dataclass(frozen=True, slots=True)
class Size:
    """A value, and where it comes from."""

    value: float
    known: Known = "guess"


def sizes(
    report: r.Report,
    plan: p.Plan,
    names: Iterable[str],
    given: Mapping[str, float],
    count: Counting,
    rows: Mapping[str, Size] | None = None,
) -> dict[str, Size]:
    """The size of each named quantity: as `given`, as the `rows` have it, as the source says, or a guess."""
    usual, written = _usual(report, plan), dict(written_sizes(plan, count))
    found: dict[str, Size] = {}
    for name in dict.fromkeys(names):
        short = short_name(name)
        if name in given or short in given:
            found[name] = Size(given.get(name, given.get(short, 0)), "given")
        elif rows is not None and name in rows:
            found[name] = rows[name]
        elif name in written:
            found[name] = Size(written[name], "default")
        else:
            found[name] = usual.get(name) or _guess(name)
    return found


def short_name(name: str) -> str:
    """What a person may call a quantity: `essay` for its tokens, `dimensions` for their number."""
    return name.strip("|") if name.startswith("|") else name.removeprefix("len(").removesuffix(")")


def _guess(name: str) -> Size:
    if name.startswith("@"):
        return Size(VALUES.get(name[1:], 1))
    if name in ("rows", "runs", "at once"):
        return Size({"rows": ROWS, "runs": 1, "at once": AT_ONCE}[name])
    if name == CHANCE:
        return Size(0.5)
    return Size(SHORT_VALUE_TOKENS if name.startswith("|") else MANY)


def controls(found: Mapping[str, Size]) -> list[r.Control]:
    """The quantities as a person pulls them: the shape of the workload first, then counts, then sizes."""
    made = [_control(name, size) for name, size in found.items()]
    order = ("rows", "values", "count", "tokens", "chance")
    return sorted(made, key=lambda control: order.index(control.kind))


def _control(name: str, size: Size) -> r.Control:
    if name in ("rows", "runs", "at once"):
        most = max(1000 if name != "runs" else 100, size.value)
        return r.Control(name, NAMES[name], "rows", size.value, most, size.known)
    if name == CHANCE:
        return r.Control(name, NAMES[name], "chance", size.value, 1, size.known)
    if name.startswith("@"):
        title = f"different @{name[1:]} values"
        return r.Control(name, title, "values", size.value, max(1000, size.value), size.known)
    if name.startswith("|"):
        most = max(4000, 2 * size.value)
        return r.Control(name, f"tokens of {name[1:-1]}", "tokens", size.value, most, size.known)
    title = f"items in {name[4:-1]}" if name.startswith("len(") else name
    return r.Control(name, title, "count", size.value, max(64, 2 * size.value), size.known)


# --- what the source says -------------------------------------------------------------------------


def written_sizes(plan: p.Plan, count: Counting) -> Iterator[tuple[str, float]]:
    """Sizes of parameters that have a default, or the same constant in every call."""
    seen: set[str] = set()
    for name, value in _constants(plan):
        if name in seen:
            continue
        seen.add(name)
        if isinstance(value, list):
            yield f"len({name})", len(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, value
        if value is not None and not isinstance(value, list | dict):
            yield f"|{name}|", count(text_form(value))


def _constants(plan: p.Plan) -> Iterator[tuple[str, Any]]:
    """Parameters and their values, the program that `run` starts first."""
    calls = [
        step
        for program in plan.programs
        for step in walk(program.steps)
        if isinstance(step, p.CallStep)
    ]
    for program in sorted(plan.programs, key=lambda q: q.name != plan.entry):
        own = [step for step in calls if step.program == program.name]
        for at, param in enumerate(program.parameters):
            args = [step.args[at] for step in own if at < len(step.args)]
            values = [arg.value for arg in args if isinstance(arg, p.Lit)]
            if own and len(values) == len(own) and all(value == values[0] for value in values):
                yield param.name, values[0]
            elif not own and param.default:
                yield param.name, param.default[0]


# --- guesses --------------------------------------------------------------------------------------


def _usual(report: r.Report, plan: p.Plan) -> dict[str, Size]:
    """Guesses by the node that brings a quantity into a prompt."""
    limits = {family.out_node: _answer(family) for family in plan.families}
    found: dict[str, Size] = {}
    for node in report.nodes:
        inside = any(factor.kind in ("arms", "loop") for factor in node.factors)
        size = limits.get(node.id, Size(SHORT_VALUE_TOKENS if inside else VALUE_TOKENS))
        for name in symbols_of(node.tokens.formula):
            found.setdefault(name, Size(NUMBER_TOKENS) if _NUMBER.search(name) else size)
    for factor in (factor for call in report.calls for factor in call.factors):
        if isinstance(factor.count, str):
            found[factor.count] = Size(min(MANY, factor.most or MANY))
    return found


def _answer(family: p.Family) -> Size:
    """An answer is taken to be as long as it may be, but not longer than usual."""
    limit: Any = family.sampling.get("max_tokens", ANSWER_TOKENS)
    if family.kind == "select":
        return Size(2)
    return Size(
        min(limit, ANSWER_TOKENS) if isinstance(limit, int) and limit > 0 else ANSWER_TOKENS
    )
