"""What may stand where: appends in turns, text alone in sections, one kind alone in some blocks."""

from __future__ import annotations

from ....ir.span import Span
from ...syntax import nodes as s
from ..report import Reporter
from ..surroundings import Surroundings


def head_of(node: s.Stmt) -> Span:
    """What to underline when a statement as a whole is meant."""
    return getattr(node, "head", node.span)


def no_effects_in_section(reporter: Reporter, around: Surroundings, span: Span, what: str) -> None:
    """Report something that a section can't hold."""
    if around.section is not None:
        reporter.report(
            "SGL0309", span, f"{what} in a section of `unordered`",
            help="ask before `unordered:`, sections hold text alone",
            also=(around.section, "the order of sections is free"),
        )  # fmt: skip


def append_in_turn(reporter: Reporter, around: Surroundings, span: Span, has_turns: bool) -> None:
    """Check that the prompt may be appended to here: in a body with turns, inside one."""
    if has_turns and around.turn is None:
        reporter.report(
            "SGL0302", span, "this is appended outside of a turn",
            help="put it under `system:`, `user:`, `assistant:` or `tool:`",
            note="in a program with turns, every append is in a turn",
        )  # fmt: skip


def only(
    reporter: Reporter, body: s.Body, kind: type[s.Stmt], code: str, headline: str, help: str
) -> None:
    """Report the first statement of a block that holds one kind alone."""
    strangers = [x for x in body if not isinstance(x, kind | s.Broken)]
    if strangers:
        reporter.report(code, head_of(strangers[0]), headline, help=help)


def stray(reporter: Reporter, node: s.Arm | s.Section | s.Mock | s.Expect) -> None:
    """Report a statement that stands in another block than its own."""
    match node:
        case s.Arm(head=head):
            reporter.report("SGL0310", head, "`arm` outside `parallel`",
                            help="arms stand directly in `parallel:`")  # fmt: skip
        case s.Section(head=head):
            reporter.report("SGL0311", head, "`section` outside `unordered`",
                            help="sections stand directly in `unordered:`")  # fmt: skip
        case s.Mock() | s.Expect():
            reporter.report("SGL0312", node.span, "this belongs into a test",
                            help='write a block `test "what it shows":`')  # fmt: skip
