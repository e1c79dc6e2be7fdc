"""A call that comes before all turns of its prompt is asked a raw completion, with and without `render-turns`."""

from __future__ import annotations

from dataclasses import replace

import pytest
import validation
from targets import Setting, settings

from sglc.ir.module import Module
from sglc.ir.ops import Root, Turn
from sglc.ir.structure import walk
from sglc.ir.target import ChatTemplate, Target
from sglc.ir.text.parser import parse_module
from sglc.passes.render_turns import RenderTurns
from sglc.passes.running.context import Context

APART = """
program @main(%question: str @request) -> {raw: str, told: str} {
  %p0 = root
  _, %told = fork arm {
    %p1 = turn %p0, begin user
    %p2 = insert %p1, %question
    %p3 = turn %p2, end user
    %p4 = turn %p3, begin user
    %p5 = text %p4, "In a word."
    %p6 = turn %p5, end user
    %p7 = turn %p6, begin assistant
    %p8, %answer = gen %p7 (max_tokens=4) site "1"
    %p9 = turn %p8, end assistant
    yield %p9, %answer
  }
  _, %raw = gen %p0 (max_tokens=4) site "2"
  %all = record(raw=%raw, told=%told)
  return %all
}
"""
PERHAPS = """
program @main(%question: str @request, %count: int @request) -> {raw: str, told: str} {
  %p0 = root
  %p1, _ = while from (%p0, 0) max 1 cond (_, %n) {
    %again = lt %n, %count
    yield %again
  } do (_, %p2, %m) {
    %p3 = turn %p2, begin user
    %p4 = insert %p3, %question
    %p5 = turn %p4, end user
    %next = add %m, 1
    yield %p5, %next
  }
  _, %raw = gen %p1 (max_tokens=4) site "1"
  %p6 = turn %p1, begin user
  %p7 = turn %p6, end user
  %p8 = turn %p7, begin assistant
  _, %told = gen %p8 (max_tokens=4) site "2"
  %all = record(raw=%raw, told=%told)
  return %all
}
"""


def written(module: Module, target: Target) -> tuple[Module, Context]:
    context = Context(target).named("render-turns")
    return RenderTurns().run(module, context), context


def turns_left(module: Module) -> int:
    return sum(isinstance(op, Turn) for program in module.programs for op in walk(program.body))


@pytest.mark.parametrize(
    "setting", [each for each in settings() if not each.alternates], ids=lambda s: s.target.name
)
@pytest.mark.parametrize("count", [0, 1])
@pytest.mark.parametrize("text", [APART, PERHAPS], ids=["apart", "perhaps"])
def test_it_is_asked_the_same(setting: Setting, text: str, count: int) -> None:
    module = parse_module(text)
    after, _ = written(module, setting.target)
    args = {"question": " What? ", "count": count} if text is PERHAPS else {"question": "What?"}
    case = validation.Case("main", args)
    assert validation.assert_same_meaning(module, after, case, setting.target)


def test_a_template_that_begins_with_text_is_rendered_whole_and_says_why() -> None:
    (setting,) = (each for each in settings() if each.target.name.endswith("trims"))
    after, context = written(parse_module(APART), setting.target)
    assert turns_left(after)
    assert "a call may come before all turns" in context.remarks[-1].why


def test_a_template_that_begins_with_nothing_is_written_as_text() -> None:
    after, _ = written(parse_module(APART), Target.estimating())
    assert not turns_left(after)


@pytest.mark.parametrize(("begun", "whole"), [("{{ bos_token }}", False), ("", True)])
def test_a_beginning_is_compared_with_that_of_the_root(begun: str, whole: bool) -> None:
    """The beginning that templates write most often is what the tokenizer begins a text with."""
    estimate = Target.estimating()
    assert estimate.template
    target = replace(
        estimate,
        tokenizer=replace(estimate.tokenizer, bos_ids=(0,)),
        template=ChatTemplate(begun + estimate.template.source, {"bos_token": "<|endoftext|>"}),
    )
    module = parse_module(APART)
    after, _ = written(module, target)
    assert bool(turns_left(after)) == whole
    assert [op.bos for op in walk(after.programs[0].body) if isinstance(op, Root)] == [whole]
    case = validation.Case("main", {"question": "What?"})
    assert validation.assert_same_meaning(module, after, case, target)
