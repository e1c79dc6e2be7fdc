"""`fork`, `parallel` and `unordered`: blocks whose parts don't see each other."""

from __future__ import annotations

from ....ir.diagnostic import Severity
from ....ir.types import ANY, INT, PROMPT, ListType, Type
from ...syntax import nodes as s
from ..binding import bind, bind_targets, check_targets
from ..expressions.containers import item_type
from ..names import Names
from ..scope import Variable
from .body import Body
from .placement import no_effects_in_section, only


def check_fork(body: Body, node: s.Fork) -> None:
    """Check a `fork`; the names of its arms become lists."""
    no_effects_in_section(body.reporter, body.around, node.head, "a fork")
    item = item_type(body.asked, node.items) if node.targets else _check_count(body, node)
    with body.names.inner("arm") as scope, body.around.inside("an arm", node.head):
        check_targets(body.names, node.targets)
        if node.targets:
            bind_targets(body.names, node.targets, item)
        body.block(node.body)
    targets = {target.text for target in node.targets}
    for name, variable in scope.variables.items():
        if name not in targets:
            _bind_after(body, variable, ListType(variable.type))
    _bind_prompts(body, node.arms)


def _check_count(body: Body, node: s.Fork) -> Type:
    """Check the number of arms of a `fork` without items; the type of an arm's index."""
    kind = body.asked.value(node.items)
    if kind not in (INT, ANY):
        body.reporter.report(
            "SGL0201", node.items.span, f"a number of arms is an `int`, not `{kind}`",
            help=f"name the item: `fork x in {node.items.span.text[:30]}:`",
        )  # fmt: skip
    _warn_of_identical_arms(body, node)
    return INT


def check_parallel(body: Body, node: s.Parallel) -> None:
    """Check a `parallel`; the names of its arms are distinct."""
    no_effects_in_section(body.reporter, body.around, node.head, "`parallel`")
    only(body.reporter, node.body, s.Arm, "SGL0310", "`parallel` holds arms alone",
         "put it under `arm:`")  # fmt: skip
    found: list[Variable] = []
    for statement in node.body:
        if isinstance(statement, s.Arm):
            found += _arm(body, statement)
        else:
            body.statement(statement)
    for variable in _distinct(body, found):
        _bind_after(body, variable, variable.type)
    _bind_prompts(body, node.arms)


def _arm(body: Body, node: s.Arm) -> list[Variable]:
    with body.names.inner("arm") as scope, body.around.inside("an arm", node.head):
        body.block(node.body)
    return list(scope.variables.values())


def _distinct(body: Body, found: list[Variable]) -> list[Variable]:
    """The names that arms bind; one that two arms bind is reported."""
    seen: dict[str, Variable] = {}
    for variable in found:
        other = seen.setdefault(variable.name, variable)
        if other is not variable:
            body.reporter.report(
                "SGL0318", variable.span, f"two arms bind `{variable.name}`",
                help="the names of different arms are distinct", also=(other.span, "bound here, too"),
            )  # fmt: skip
    return list(seen.values())


def _bind_after(body: Body, variable: Variable, kind: Type) -> None:
    turn = body.around.turn
    body.names.scope.bind(Variable(variable.name, kind, variable.span, False, turn))


def _bind_prompts(body: Body, arms: s.Ident | None) -> None:
    if arms is not None:
        bind(body.names, body.around.turn, arms, ListType(PROMPT))


def check_unordered(body: Body, node: s.Unordered) -> None:
    """Check an `unordered` and its sections."""
    only(body.reporter, node.body, s.Section, "SGL0311", "`unordered` holds sections alone",
         "put it under `section:`")  # fmt: skip
    for statement in node.body:
        if isinstance(statement, s.Section):
            _section(body, node, statement)
        else:
            body.statement(statement)


def _section(body: Body, node: s.Unordered, section: s.Section) -> None:
    around = body.around
    with around.in_section(node.head), around.inside("a section", section.head):
        with around.purely("a section of `unordered`"), body.names.inner("inner"):
            body.block(section.body)


# --- arms that are all the same -------------------------------------------------------------------


def _warn_of_identical_arms(body: Body, node: s.Fork) -> None:
    """Warn of arms that all ask the same and get the same answer."""
    if body.asked.constant(node.items) == 1:
        return
    calls = [n for n in s.walk(node.body) if isinstance(n, s.Call)]
    model = [call for call in calls if body.names.is_model_call(call)]
    others = [call for call in calls if not _is_builtin(body.names, call)]
    if model and len(model) == len(others) and not any(_is_sampled(call) for call in model):
        body.reporter.report(
            "SGL0317", node.head, "all arms ask the same and get the same answer",
            help="sample: `gen(temperature=0.8)`, or give each arm a text of its own: `fork x in xs:`",
            severity=Severity.WARNING,
        )  # fmt: skip


def _is_builtin(names: Names, call: s.Call) -> bool:
    return isinstance(call.callee, s.Name) and not names.is_model_call(call) and (
        call.callee.text not in names.file.names)  # fmt: skip


def _is_sampled(call: s.Call) -> bool:
    """Whether a model call draws: its temperature is not 0 and it has no seed."""
    options = {arg.name.text: arg.value for arg in call.args if arg.name is not None}
    temperature = options.get("temperature")
    if temperature is None or "seed" in options:
        return False
    return not (isinstance(temperature, s.Literal) and temperature.value == 0)
