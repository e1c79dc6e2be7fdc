"""Translation validation: passes keep what every call is asked, on random programs (DESIGN 7.3)."""

from __future__ import annotations

import random

import constructs
import enriched
import pytest
import validation
from programs import histogram
from targets import Setting, settings
from translation import campaign

from sglc.ir.meaning import interpret
from sglc.ir.meaning.outcome import RowFailed
from sglc.ir.ops import OP_CLASSES
from sglc.ir.target import Target
from sglc.ir.target.turns import probe
from sglc.ir.text.parser import parse_module
from sglc.passes.pipeline import pipeline
from sglc.runtime.models.folders import resolve_model

COUNT = 200
LEVEL_1_COUNT = 200
"""In each run of the suite. `.ci/run` judges 2,000 others, and their text, by `make validate`."""


@pytest.fixture(scope="module")
def among() -> tuple[Setting, ...]:
    return settings(Target.estimating())


def test_level_1_keeps_the_meaning_and_every_pass_has_work(among: tuple[Setting, ...]):
    findings = campaign(range(LEVEL_1_COUNT), among, pipeline(1), level=1)

    assert findings.problems == []
    idle = [
        step.name for step in pipeline(1) if findings.changed[step.name] < 0.03 * findings.programs
    ]
    assert idle == [], f"changes fewer than 3% of the programs: {dict(findings.changed)}"


def test_any_pipeline_keeps_the_meaning(among: tuple[Setting, ...]):
    findings = campaign(range(5_000, 5_000 + COUNT), among)

    assert findings.problems == []
    assert findings.failed_rows < 0.25 * findings.programs  # they are compared, too
    assert findings.refused < 0.02 * findings.programs
    assert {setting.target.name for setting in among} == set(findings.targets)


@pytest.mark.slow
def test_any_pipeline_keeps_the_meaning_and_survives_its_text(among: tuple[Setting, ...]):
    findings = campaign(range(50_000, 50_700), among, verify=2)

    assert findings.problems == []


@pytest.mark.model
@pytest.mark.slow
def test_any_pipeline_keeps_the_meaning_on_a_real_tokenizer():
    """Its own chat template, and one of each other kind."""
    among = settings(Target.load(resolve_model(None)))
    findings = campaign(range(90_000, 90_500), among)

    assert findings.problems == []
    assert len(findings.targets) == len(among)


def test_every_op_occurs_in_many_programs():
    shares = histogram(enriched.seeded(400))

    rare = {kind.__name__: shares.get(kind.__name__, 0.0) for kind in OP_CLASSES}
    assert {name: share for name, share in rare.items() if share < 0.05} == {}


def test_every_construct_occurs():
    """What is never written is never judged: each in at least 2% of the programs."""
    found = [enriched.generate(random.Random(number)) for number in range(600)]
    shares = constructs.histogram(found)

    assert {name: share for name, share in shares.items() if share < 0.02} == {}


def test_programs_of_turns_render_whole_where_the_template_does_not_compose(
    among: tuple[Setting, ...],
):
    """The kinds of templates are what their names say: some are written as text, others for each call anew."""
    whole = {"shows tools", "renders whole"}
    roles = ("system", "user", "assistant", "user", "assistant")
    for setting in among[1:]:
        kind = setting.target.name.partition(", ")[2]
        shown = roles[1:] if setting.alternates else roles
        template = setting.target.template
        assert template is not None
        model = probe(template, tuple(zip((None, *shown), shown, strict=False)))
        is_whole = kind.split(", ")[0] in whole
        assert model.refusals == ()
        assert model.composes != is_whole or kind.startswith("shows tools"), kind


def test_a_twin_does_not_hide_that_an_unused_call_may_go():
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
        old, new, validation.Case("main", {"flag": False}), Target.estimating()
    )


def test_a_call_that_fails_when_it_answers_otherwise_leaves_others_of_its_program_alone():
    """Call 1 may go: that its answers may be cut off says nothing about call 2, which asks the same program."""
    helper = """program @helper(%topic: str @request) -> str {
  %p0 = root
  %p1 = insert %p0, %topic
  _, %answer = gen %p1 (max_tokens=1) as type "\\"yes\\" | \\"no\\"" site "1"
  return %answer
}
program @main(%topic: str @request) -> str {
"""
    unused = '  %unused = call @helper("h") site "1"\n'
    body = '  %result = call @helper("b") site "2"\n  return %result\n}\n'
    old, new = (parse_module(helper + text) for text in (unused + body, body))
    case, target = validation.Case("main", {"topic": "any"}), Target.estimating()
    otherwise = validation.with_another_answer(old, "main", "1")
    with pytest.raises(RowFailed):
        interpret.run(otherwise, "main", {"topic": "any"}, target=target)
    assert validation.assert_same_meaning(old, new, case, target)
