"""Turns: they don't nest, and only `system` takes an argument."""

from __future__ import annotations

from ....ir.span import Span
from ....ir.types import ANY, ListType
from ...syntax import nodes as s
from ..report import Reporter
from .body import Body


def check_turn(body: Body, node: s.Turn) -> None:
    """Check a turn."""
    if body.around.turn is not None:
        nested_turn(body.reporter, body.around.turn, node.head, "")
    for arg in node.args:
        _check_argument(body, node, arg)
    with body.around.in_turn(node), body.around.inside(f"the `{node.role}` turn", node.head):
        body.block(node.body)


def nested_turn(reporter: Reporter, turn: s.Turn, span: Span, label: str) -> None:
    """Report something that opens a turn while `turn` is open."""
    reporter.report(
        "SGL0301", span, "a turn inside a turn", label, help="end the first turn before the next one opens",
        also=(turn.head, "this turn is open"),
    )  # fmt: skip


def _check_argument(body: Body, node: s.Turn, arg: s.Argument) -> None:
    kind = body.asked.value(arg.value)
    name = arg.name.text if arg.name is not None else ""
    if node.role != "system" or name != "tools":
        body.reporter.report(
            "SGL0108", arg.span, f"`{node.role}` takes no such argument",
            help="`system(tools=T):` hands tools to the chat template",
        )  # fmt: skip
    elif not isinstance(kind, ListType) and kind != ANY:
        body.reporter.report("SGL0201", arg.value.span, f"`tools` takes a list, not `{kind}`",
                             help="a list of records, one per tool")  # fmt: skip
