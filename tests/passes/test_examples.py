"""The example programs: every pass has work in them, and no ablation changes what they ask."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import validation

from sglc.compiler.driver.compilation import load
from sglc.ir.target import Target
from sglc.ir.text.printer import print_module
from sglc.passes.pipeline import PASSES, pipeline
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, run_pipeline

FILES = sorted((Path(__file__).parents[2] / "examples").glob("*.sgl"))
OPTIONAL = sorted({step.name for lowest, step in PASSES if lowest})
TARGET = Target.estimating()


def test_every_pass_changes_at_least_two_examples():
    changed: Counter[str] = Counter()
    for file in FILES:
        context = Context(TARGET, level=2)
        run_pipeline(load(file)[0], pipeline(2), context, RunOptions(verify=2))
        changed.update({report.pass_name for report in context.reports if report.changed})

    least = {
        "fuse-forks": 1
    }  # behind arms that may fail none is fused, and most examples declare types
    assert {step.name: changed[step.name] >= least.get(step.name, 2) for _, step in PASSES} == {
        step.name: True for _, step in PASSES
    }, changed


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_level_changes_what_is_asked(file: Path, level: int):
    module, _ = load(file)
    after = run_pipeline(module, pipeline(level), Context(TARGET, level), RunOptions(verify=2))

    validation.assert_equivalent(module, after, TARGET, seeds=1)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_pass_gives_another_module_just_where_it_changed_something(file: Path):
    context, module, same = Context(TARGET, 2), load(file)[0], 0
    for step in pipeline(2):
        after = run_pipeline(module, (step,), context, RunOptions(verify=0))
        assert (after is module) == (print_module(after) == print_module(module)), step.name
        module, same = after, same + (after is module)
    assert same >= 2


@pytest.mark.slow
@pytest.mark.parametrize("disabled", OPTIONAL)
def test_no_ablation_changes_what_is_asked(disabled: str):
    for file in FILES:
        module, _ = load(file)
        passes = pipeline(1, {disabled})
        after = run_pipeline(module, passes, Context(TARGET), RunOptions(verify=1))
        validation.assert_equivalent(module, after, TARGET, seeds=1)
