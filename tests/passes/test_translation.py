"""Translation validation: passes keep what every call is asked, on random programs (DESIGN 7.3)."""

from __future__ import annotations

import enriched
import pytest
import validation
from programs import histogram
from translation import campaign

from sglc.ir.ops import OP_CLASSES
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.passes.pipeline import pipeline

COUNT = 700
LEVEL_1_COUNT = 300


@pytest.fixture(scope="module")
def target() -> Target:
    return Target.estimating()


def test_level_1_keeps_the_meaning_and_every_pass_has_work(target: Target):
    findings = campaign(range(LEVEL_1_COUNT), target, pipeline(1), level=1)

    assert findings.problems == []
    idle = [
        step.name for step in pipeline(1) if findings.changed[step.name] < 0.03 * findings.programs
    ]
    assert idle == [], f"changes fewer than 3% of the programs: {dict(findings.changed)}"


def test_any_pipeline_keeps_the_meaning(target: Target):
    findings = campaign(range(5_000, 5_000 + COUNT), target)

    assert findings.problems == []
    assert findings.failed_rows < 0.1 * findings.programs  # they are compared, too


@pytest.mark.slow
def test_any_pipeline_keeps_the_meaning_and_survives_its_text(target: Target):
    findings = campaign(range(50_000, 53_000), target, verify=2)

    assert findings.problems == []


def test_every_op_occurs_in_many_programs():
    shares = histogram(enriched.seeded(400))

    rare = {kind.__name__: shares.get(kind.__name__, 0.0) for kind in OP_CLASSES}
    assert {name: share for name, share in rare.items() if share < 0.05} == {}


def test_a_twin_does_not_hide_that_an_unused_call_may_go(target: Target):
    """Call 3 stands in for call 2 under its own key: that says nothing about call 1, which nobody uses."""
    start = """program @main(%flag: bool @request) -> str {
  %p0 = root
  %p1 = text %p0, "Pick one:"
"""
    before = """  _ = gen %p1 (max_tokens=4, n=2) site "1"
  %answer = if %flag {
    _, %a = select %p1, ["yes", "no"] method greedy_token_selection site "3"
    yield %a
  } else {
    _, %b = select %p1, ["yes", "no"] method greedy_token_selection site "2"
    yield %b
  }
"""
    after = """  _, %answer = select %p1, ["yes", "no"] method greedy_token_selection site "3"
"""
    old, new = (parse_module(f"{start}{body}  return %answer\n}}\n") for body in (before, after))
    assert validation.assert_same_meaning(
        old, new, validation.Case("main", {"flag": False}), target
    )
