"""Whether the model's family has words for the tools of a call; refused by name where it has none."""

from __future__ import annotations

import json

from ...ir.constrained.calls import ToolSet, unsayable
from ...ir.diagnostic import CompileFailed, Diagnostic, Label
from ...ir.ops import Gen
from ...ir.target import ChatTemplate


def check_sayable(op: Gen, template: ChatTemplate) -> None:
    """Raises CompileFailed (SGL2205) where the chat template writes no calls, or can't write an argument."""
    if not template.calls.is_known:
        raise _refused(
            op, "the chat template writes no tool calls that could be read again",
            "without `tools`, a `gen` of a declared type asks for the same arguments",
            template.calls.why,
        )  # fmt: skip
    assert op.constraint is not None
    for name, arguments in ToolSet.of(op.constraint.text).tools:
        field = unsayable(arguments, template.calls.format)
        if field is not None:
            raise _refused(
                op, f"the chat template has no words for the argument `{field}` of `{name}`",
                SAYABLE,
            )  # fmt: skip


def check_several(op: Gen, template: ChatTemplate) -> None:
    """Raises CompileFailed (SGL2205) where another call may follow, and the chat template writes one call in a turn."""
    if template.calls.between or op.constraint is None or op.constraint.kind != "before_call":
        return
    if json.loads(op.constraint.text).get("again"):
        raise _refused(
            op, "the chat template writes one tool call in a turn",
            "without `parallel_tool_calls`, a call in each of several turns can be asked for",
            template.calls.why_one,
        )  # fmt: skip


SAYABLE = "texts, numbers and booleans can be told there"
"""What every family has words for."""


def _refused(op: Gen, headline: str, help: str, why: str = "") -> CompileFailed:
    said = f"a tool may be called here: {why}" if why else "a tool may be called here"
    labels = (Label(op.span, said),) if op.span else ()
    helps = (help, "a model whose chat template shows tool calls can be used")
    return CompileFailed([Diagnostic("SGL2205", headline, labels, helps)])
