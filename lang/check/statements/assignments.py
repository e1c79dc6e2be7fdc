"""Assignments: of values, of the model's answers, and of the prompts that samples end in."""

from __future__ import annotations

from ....ir.types import PROMPT, STR, ListType, Type
from ...syntax import nodes as s
from ..binding import bind
from ..facts import Facts, GenCall, reasoning_of
from ..scope import Variable
from ..types import TypeReader
from .appending import ask, check_place
from .body import Body
from .placement import no_effects_in_section


def check_assign(body: Body, node: s.Assign) -> None:
    """Check an assignment, and bind its name."""
    declared = None
    if node.annotation is not None:
        declared = TypeReader(body.names.file, body.reporter).read(node.annotation)
    no_effects_in_section(body.reporter, body.around, node.span, "an assignment")
    if body.names.is_model_call(node.value):
        assert isinstance(node.value, s.Call)
        kind = _answer(body, node, node.value, declared)
    else:
        kind = _value(body, node, declared)
    bind(body.names, body.around.turn, node.target, kind, declared)
    _bind_reasoning(body, node)


def _bind_reasoning(body: Body, node: s.Assign) -> None:
    """Bind what was thought before an answer; a name that is bound to something else has none."""
    fact, name = body.facts.calls.get(node.value), reasoning_of(node.target.text)
    if (isinstance(fact, GenCall) and fact.thinks) or body.names.scope.lookup(name) is not None:
        body.names.scope.bind(Variable(name, STR, node.target.span))


def _answer(body: Body, node: s.Assign, call: s.Call, declared: Type | None) -> Type:
    """Check an assigned model call."""
    bound = body.names.scope.lookup_declared(node.target.text)
    wanted = declared
    if wanted is None and bound is not None and bound.fixed:
        wanted = bound.type
    kind = ask(body, call, wanted)
    has_samples = _has_n(body.facts, call)
    if not has_samples:
        check_place(body, call.span)
    if node.samples is not None:
        _bind_samples(body, node.samples, has_samples)
    return kind


def _has_n(facts: Facts, call: s.Call) -> bool:
    fact = facts.calls.get(call)
    return isinstance(fact, GenCall) and "n" in fact.options


def _bind_samples(body: Body, samples: s.Ident, has_samples: bool) -> None:
    """Bind the name of the prompts that samples end in."""
    if not has_samples:
        body.reporter.report(
            "SGL0313", samples.span, "`as` without samples",
            help="give `n`: `answers = gen(n=4) as prompts`",
        )  # fmt: skip
    bind(body.names, body.around.turn, samples, ListType(PROMPT))


def _value(body: Body, node: s.Assign, declared: Type | None) -> Type:
    """Check an assigned expression."""
    if node.samples is not None:
        body.reporter.report(
            "SGL0313", node.samples.span, "`as` without samples",
            help="`gen(n=...) as prompts` names the final prompts of samples",
        )  # fmt: skip
    if declared is not None and node.annotation is not None:
        body.asked.expect(node.value, declared, f"declared as `{declared}`", node.annotation.span)
        return declared
    bound = body.names.scope.lookup_declared(node.target.text)
    return body.asked.infer(node.value, bound.type if bound is not None else None)
