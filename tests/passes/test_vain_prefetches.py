"""Prefetches that a program has of its own, in turns: what no call asks about has no text, and is not warmed."""

import pytest
import validation

from sglc.ir.ops import Prefetch
from sglc.ir.structure import walk
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.passes.render_turns import RenderTurns
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, run_pipeline

TARGET = Target.estimating()
TURNS = """program @main(%q: str @request) -> str {
  %p0 = root
  %p1 = turn %p0, begin user
  %p2 = insert %p1, %q
  %p3 = turn %p2, end user
  %p4 = turn %p3, begin assistant
  %p5, %a = gen %p4 (max_tokens=8) site "1"
  %p6 = turn %p5, end assistant
  %p7 = turn %p6, begin user
  %p8 = text %p7, "Now say it once more, for somebody who is in a hurry. "
  prefetch %p8
  %p9 = turn %p8, end user
  REST
}
"""
CALL = """%p10 = turn %p9, begin assistant
  %p11, %b = gen %p10 (max_tokens=8) site "2"
  return %b"""


@pytest.mark.parametrize(("rest", "left"), [("return %a", 0), (CALL, 1)], ids=["nobody", "a call"])
def test_a_turn_is_warmed_when_a_call_asks_about_it(rest, left):
    before = parse_module(TURNS.replace("REST", rest))
    after = run_pipeline(before, (RenderTurns(),), Context(TARGET), RunOptions(verify=2))
    found = [op for op in walk(after.program("main").body) if isinstance(op, Prefetch)]
    assert len(found) == left
    validation.assert_equivalent(before, after, TARGET)
