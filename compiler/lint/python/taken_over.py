"""Fields of a message that are taken over by their names, or left out: whether its reasoning is left out by that."""

from __future__ import annotations

import ast
import re

from .elements import words_in
from .frames import Frame
from .machine import Run
from .thoughts import REASONING
from .values import Value
from .walking import walk

_REASONS = re.compile(r"reason|think|deepseek|qwen3|gpt-oss|r1\b", re.I)
"""Names of models that reason, and of what they say then."""


def drops_reasoning(run: Run, frame: Frame, generator: ast.comprehension) -> bool:
    """Whether the fields or blocks that are gone through come without the reasoning."""
    left_out = [test for test in generator.ifs if _is_negative(test)]
    if isinstance(generator.iter, ast.BinOp) and isinstance(generator.iter.op, ast.Sub):
        left_out.append(generator.iter.right)
    if any(_names_reasoning(run, frame, each) for each in left_out):
        return True
    tests = [test for test in generator.ifs if not _is_negative(test)]
    nodes = (node for test in tests for node in walk(test) if isinstance(node, _NAMED))
    return any(takes_over_others(frame, run.evaluate(run, frame, node)) for node in nodes)


_NAMED = (ast.Name, ast.Attribute)


def _is_negative(test: ast.expr) -> bool:
    return any(isinstance(n, ast.NotEq | ast.NotIn | ast.Not) for n in walk(test))


def _names_reasoning(run: Run, frame: Frame, node: ast.expr) -> bool:
    """Whether the reasoning stands in a test, or in what a name in it holds."""
    named = (n for n in walk(node) if isinstance(n, ast.Constant | ast.Name | ast.Attribute))
    return any(not REASONING.isdisjoint(words_in(run.evaluate(run, frame, n))) for n in named)


def takes_over_others(frame: Frame, names: Value) -> bool:
    """Whether a list of names is that of a message's fields without the reasoning, in a program whose model reasons."""
    fields = words_in(names)
    is_message = {"role", "content", "tool_calls"} <= fields
    return is_message and not fields & REASONING and bool(_REASONS.search(frame.module.text))


def is_dumped_without(frame: Frame, include: Value | None, exclude: Value | None) -> bool:
    """Whether an answer that is written out (`model_dump(exclude=...)`) comes without the reasoning."""
    if exclude is not None and not REASONING.isdisjoint(words_in(exclude)):
        return True
    return include is not None and takes_over_others(frame, include)
