"""Ways around a loop: an arm that ends it does not go round, so no turn follows there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sglc.compiler.driver.compilation import Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.ops import While
from sglc.ir.structure import walk
from sglc.ir.target import ChatTemplate, Target
from sglc.ir.text.parser import parse_module
from sglc.passes.analysis.loop_ways import LoopWays
from sglc.passes.analysis.turn_states import TurnStates

ROOT = Path(__file__).parents[2]
ALTERNATES = (
    "{% set turns = namespace(count=0) %}{% for m in messages %}{% if m.role != 'system' %}"
    "{% if (m.role == 'user') != (turns.count % 2 == 0) %}{{ raise_exception('turns must alternate') }}{% endif %}"
    "{% set turns.count = turns.count + 1 %}{% endif %}[{{ m.role }}]{{ m.content }}[end]{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
LOOP = """
program @loop(%found: bool @request, %more: bool @request) -> str {{
  %p0 = root
  %p1 = turn %p0, begin user
  %p2 = turn %p1, end user
  %p3, _ = while from (%p2, false) max 4 cond (_, %done) {{
    %v0 = not %done
    yield %v0
  }} do (%i, %p4, %was) {{
    %p5 = turn %p4, begin assistant
    %p6, _ = gen %p5 site "1" at [%i]
    %p7 = turn %p6, end assistant
    %p8, %now = if %found {{
      yield %p7, {ends}
    }} else {{
      %p9 = turn %p7, begin user
      %p10 = turn %p9, end user
      yield %p10, %was
    }}
    yield %p8, %now
  }}
  return ""
}}
"""


@pytest.mark.parametrize(
    ("ends", "goes_round"), [("true", False), ("false", True), ("%more", True)]
)
def test_a_way_that_carries_what_ends_the_loop_leaves_it(ends: str, goes_round: bool) -> None:
    body = parse_module(LOOP.format(ends=ends)).programs[0].body
    loop = next(op for op in walk(body) if isinstance(op, While))
    assert [again for _, again in LoopWays(body).of(loop)] == [goes_round, True]
    orders = TurnStates(body).orders()
    assert (("assistant", "assistant") in orders) == goes_round
    assert ("assistant", "user") in orders


def target() -> Target:
    return Target("alternates", Target.estimating().tokenizer, ChatTemplate(ALTERNATES))


def test_an_agent_runs_on_a_template_whose_turns_alternate() -> None:
    module, _ = load(ROOT / "examples" / "agent.sgl")
    made = compile_module(module, Options(), Choice(target()))
    assert not made.plan.target.whole_render


def test_turns_that_follow_each_other_are_refused_there() -> None:
    module, _ = load(ROOT / "examples" / "solve.sgl")
    with pytest.raises(CompileFailed) as failed:
        compile_module(module, Options(), Choice(target()))
    assert failed.value.diagnostics[0].code == "SGL2201"
