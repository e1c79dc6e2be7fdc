"""The pass runner: it times, verifies, dumps, and leaves a reproducer when a pass fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from sglc.ir.diagnostic import CompileFailed, Diagnostic
from sglc.ir.module import Module
from sglc.ir.ops import Block
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import print_module
from sglc.passes.pipeline import PASSES, REGISTRY, pipeline, read_pipeline
from sglc.passes.running.context import Context
from sglc.passes.running.options import PipelineError
from sglc.passes.running.runner import PIPELINE_COMMENT, PassFailed, RunOptions, run_pipeline

MODULE = """program @main(%name: str @request) -> str {
  %p0 = root
  %p1 = text %p0, "Hello"
  %p2 = text %p1, " world."
  %p3, %answer = gen %p2 site "1"
  return %answer
}
"""


@dataclass(frozen=True, slots=True)
class Raises:
    """Fails."""

    name: ClassVar[str] = "raises"
    level: int = 3

    def run(self, module: Module, context: Context) -> Module:
        raise RuntimeError("no luck")


@dataclass(frozen=True, slots=True)
class Breaks:
    """Gives a program without its return."""

    name: ClassVar[str] = "breaks"

    def run(self, module: Module, context: Context) -> Module:
        program = module.programs[0]
        body = Block((), program.body.ops[:-1])
        return module.with_programs((replace(program, body=body),))


@dataclass(frozen=True, slots=True)
class Complains:
    """Finds a mistake of the user's."""

    name: ClassVar[str] = "complains"

    def run(self, module: Module, context: Context) -> Module:
        raise CompileFailed([Diagnostic("SGL0300", "a mistake of the user's")])


@pytest.fixture
def module() -> Module:
    return parse_module(MODULE)


@pytest.fixture
def context() -> Context:
    return Context(Target.estimating())


def test_reports_every_pass_with_time_and_sizes(module: Module, context: Context):
    run_pipeline(module, read_pipeline("inline,fold-constants"), context, RunOptions(verify=2))

    assert [(r.pass_name, r.changed) for r in context.reports] == [
        ("inline", False),
        ("fold-constants", True),
    ]
    assert (context.reports[1].ops_before, context.reports[1].ops_after) == (5, 4)
    assert str(context.reports[0]).startswith("after inline  unchanged  ")


def test_a_pass_that_changes_nothing_gives_the_same_module(module: Module, context: Context):
    assert run_pipeline(module, read_pipeline("eliminate-dead"), context) is module


def test_dumps_numbered_files_and_prints_what_changed(module, context, tmp_path: Path):
    printed: list[str] = []
    options = RunOptions(print_changed=True, dump_dir=tmp_path / "dump", write=printed.append)

    after = run_pipeline(module, read_pipeline("inline,fold-constants"), context, options)

    names = sorted(path.name for path in (tmp_path / "dump").iterdir())
    assert names == ["00-lower.sglir", "01-inline.sglir", "02-fold-constants.sglir"]
    assert len(printed) == 1
    assert printed[0].startswith("; after fold-constants  changed  ")
    last = (tmp_path / "dump" / "02-fold-constants.sglir").read_text()
    assert print_module(parse_module(last)) == print_module(after)


def test_prints_after_a_named_pass_even_if_nothing_changed(module, context):
    printed: list[str] = []
    options = RunOptions(print_after=frozenset({"inline"}), write=printed.append)

    run_pipeline(module, read_pipeline("inline,fold-constants"), context, options)

    assert [text.split("  ")[0] for text in printed] == ["; after inline"]


def test_an_exception_leaves_a_reproducer_that_replays(module, context, tmp_path: Path):
    with pytest.raises(PassFailed) as failure:
        run_pipeline(module, [Raises(level=4)], context, RunOptions(crash_dir=tmp_path))

    crash = tmp_path / "sglc-crash-raises.sglir"
    text = crash.read_text()
    assert text.startswith(f"{PIPELINE_COMMENT}raises{{level=4}}\n")
    assert print_module(parse_module(text)) == print_module(module)
    assert "pass `raises` failed: RuntimeError: no luck" in str(failure.value)
    assert f"sglc build {crash} --emit ir --passes 'raises{{level=4}}'" in str(failure.value)


def test_invalid_ir_is_our_fault_and_names_the_pass(module, context, tmp_path: Path):
    with pytest.raises(PassFailed, match="pass `breaks` failed: it gave invalid IR"):
        run_pipeline(module, [Breaks()], context, RunOptions(crash_dir=tmp_path))


def test_verify_level_0_lets_it_pass(module, context, tmp_path: Path):
    options = RunOptions(verify=0, crash_dir=tmp_path)
    assert run_pipeline(module, [Breaks()], context, options) is not module


def test_a_mistake_of_the_users_is_no_crash(module, context, tmp_path: Path):
    with pytest.raises(CompileFailed):
        run_pipeline(module, [Complains()], context, RunOptions(crash_dir=tmp_path))
    assert not list(tmp_path.iterdir())


# --- the pipeline and its text form --------------------------------------------------------------


def test_options_are_the_fields_of_the_pass():
    (hoist, fold) = read_pipeline("hoist-prefix{min-tokens=64}, fold-constants")

    assert (hoist.name, getattr(hoist, "min_tokens", None)) == ("hoist-prefix", 64)
    assert fold == REGISTRY["fold-constants"]()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hoist", "no pass is called `hoist`"),
        ("hoist-prefix{depth=1}", "`hoist-prefix` has no option `depth`; it has min-tokens"),
        ("hoist-prefix{min-tokens=x}", "option `min-tokens` of `hoist-prefix` takes int, not `x`"),
        ("hoist-prefix{min-tokens=1", "cannot read the list of passes at"),
        ("inline fold-constants", "cannot read the list of passes at"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(text: str, message: str):
    with pytest.raises(PipelineError, match=message):
        read_pipeline(text)


def test_levels_add_passes_and_disable_takes_them_away():
    names = [[step.name for step in pipeline(level)] for level in (0, 1, 2)]

    assert names[0] == ["inline", "render-turns"]
    assert set(names[0]) < set(names[1]) <= set(names[2])
    assert "hoist-prefix" not in [step.name for step in pipeline(1, {"hoist-prefix"})]
    with pytest.raises(PipelineError, match="lowering needs it"):
        pipeline(1, {"inline"})
    with pytest.raises(PipelineError, match="no pass is called `hoist`"):
        pipeline(1, {"hoist"})


def test_every_pass_is_registered_under_its_name():
    assert all(REGISTRY[step.name] is type(step) for _, step in PASSES)


FRAGMENT = """fragment @ask(%p: prompt, %q: str @request) {
  %p1 = turn %p, begin assistant
  %p2 = insert %p1, %q
  %p3, %x = gen %p2 (max_tokens=3) site "1"
  %p4 = turn %p3, end assistant
  yield %p4
}

program @main(%q: str @request) -> str {
  %p0 = root no_bos
  %p1 = use %p0, @ask(%q) site "1"
  %p2 = turn %p1, begin assistant
  %p3, %a = gen %p2 (max_tokens=4) site "2"
  _ = turn %p3, end assistant
  return %a
}
"""


def test_an_order_that_breaks_what_a_pass_needs_is_refused(context: Context):
    """What opens the second turn depends on the one that the fragment has made."""
    module = parse_module(FRAGMENT)
    with pytest.raises(PipelineError) as refused:
        run_pipeline(module, read_pipeline("render-turns,inline"), context, RunOptions(verify=2))

    wanted = "`render-turns` needs every fragment in place of its use: `inline` comes before it"
    assert str(refused.value) == wanted
    assert run_pipeline(module, read_pipeline("inline,render-turns"), context, RunOptions(verify=2))
