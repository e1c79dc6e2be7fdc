"""Faults that sglc could have, each with the test that notices it: `judge_faults.py` makes them.

Unlike `mutate.py`, which changes anything anywhere, these are the faults that somebody thought of: each promise
broken, each pass without an effect, and changes that nothing noticed once. Where the code of one moves on, so does its
line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINE = "tests/runtime/engine/"
ON_ENGINE = "tests/compiler/test_examples_on_an_engine.py"
WORTH = "tests/compiler/test_passes_worth.py::test_it_saves_what_it_should"
NO_OP = "    def run(self, module: Module, context: Context) -> Module:\n"


@dataclass(frozen=True)
class Fault:
    """What breaks, the change that breaks it, and the test that must fail then (a file, or one test of it)."""

    what: str
    file: str
    before: str
    after: str
    test: str

    def source(self) -> str:
        """The file with the fault. Raises ValueError where the code has moved on."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        if text.count(self.before) != 1:
            raise ValueError(
                f"{self.file} has not one `{self.before.strip()}`: mend `tests/known_faults.py`"
            )
        return text.replace(self.before, self.after)


def idle(name: str, test: str) -> Fault:
    """A pass that does nothing."""
    return Fault(
        f"`{name}` changes nothing", f"passes/{name.replace('-', '_')}.py", NO_OP,
        f"{NO_OP}        return module\n\n    def ran(self, module: Module, context: Context) -> Module:\n",
        test,
    )  # fmt: skip


FAULTS: dict[str, tuple[Fault, ...]] = {
    "What is computed, and what is said of it": (
        Fault("every forward is run twice", "runtime/engine/runner.py",
              "            parts.model.forward(batch, parts.pool, parts.attention)\n",
              "            parts.model.forward(batch, parts.pool, parts.attention)\n"
              "            parts.model.forward(batch, parts.pool, parts.attention)\n", ON_ENGINE),
        Fault("what is prefilled is not counted", "runtime/engine/task.py",
              "work.prefilled += end - start - len(new)", "work.prefilled += 0", ON_ENGINE),
        Fault("what was lost and computed again is not counted apart", "runtime/engine/task.py",
              "        work.recomputed += again\n", "", ENGINE + "test_metrics.py"),
        Fault("the mock never says that it computed a position again", "runtime/backends/mock_cache.py",
              "int(cached == len(ids) > 0 and not node.has_state)", "0", "tests/runtime/test_mock.py"),
        Fault("siblings don't wait for each other", "runtime/engine/scheduler.py",
              "            producer = self._producer(task)\n", "            producer = None\n", ON_ENGINE),
        Fault("a prediction is one token more", "runtime/executor/asking/prediction.py",
              "Prediction(mark.node, cached - runs_again)", "Prediction(mark.node, cached - runs_again + 1)",
              "tests/compiler/test_examples.py"),
        Fault("a prediction is one token less", "runtime/executor/asking/prediction.py",
              "Prediction(mark.node, cached - runs_again)", "Prediction(mark.node, cached - runs_again - 1)",
              "tests/compiler/test_examples.py"),
        Fault("the plan names no node at which a cached prefix can end", "compiler/planner/predictions.py",
              "            self.found[number] |= found.nodes\n", "", "tests/compiler/test_examples.py"),
        Fault("what stands behind an argument is taken for literal text", "compiler/planner/predictions.py",
              'if entry.kind == "root" or', 'if entry.kind != "root" or', "tests/compiler/test_planner.py"),
        Fault("the lower bound of the tests is one more", "tests/lower_bound.py",
              "return len(needed - decoded)", "return len(needed - decoded) + 1", "tests/compiler/test_examples.py"),
        Fault("the lower bound of the tests forgets what was decoded", "tests/lower_bound.py",
              "return len(needed - decoded)", "return len(needed)", "tests/compiler/test_examples.py"),
        Fault("our own lower bound is one more", "runtime/trace/worlds.py",
              "return sum(node.needed and not node.decoded for node in root.all())",
              "return 1 + sum(node.needed and not node.decoded for node in root.all())",
              "tests/compiler/test_random_programs.py"),
    ),
    "Each pass is worth something": (
        idle("inline", "tests/golden/passes/inline.md"),
        idle("fold-constants", f"{WORTH}[fold-constants]"),
        idle("move-code", f"{WORTH}[move-code]"),
        idle("render-turns", "tests/golden/passes/render_turns.md"),
        idle("eliminate-dead", f"{WORTH}[eliminate-dead]"),
        idle("merge-calls", f"{WORTH}[merge-calls]"),
        idle("fuse-forks", f"{WORTH}[fuse-forks]"),
        idle("hoist-prefix", f"{WORTH}[hoist-prefix]"),
        idle("splice-forced", f"{WORTH}[splice-forced]"),
        idle("insert-prefetch", f"{WORTH}[insert-prefetch]"),
        idle("plan-retention", "tests/compiler/test_retention_on_an_engine.py"),
    ),
    "What nothing noticed once: passes": (
        Fault("`eliminate-dead` drops samples that somebody picks from", "passes/eliminate_dead.py",
              "case Gen(samples=Value() as samples) if samples not in self._live:",
              "case Gen(samples=Value()):", "tests/golden/passes/eliminate_dead.md"),
        Fault("`min-tokens` asks for one more than it says", "passes/analysis/shared_heads.py",
              "self._tokens(texts[0], length) >= self.min_tokens", "self._tokens(texts[0], length) > self.min_tokens",
              "tests/golden/passes/hoist_prefix.md"),
        Fault("a shared head may be of any length", "passes/analysis/shared_heads.py",
              "self._tokens(texts[0], length) >= self.min_tokens", "True", "tests/golden/passes/hoist_prefix.md"),
        Fault("`plan-retention` releases nothing after the last call", "passes/plan_retention.py",
              "after.setdefault(last, []).append(Release(prompt=prompt))", "pass",
              "tests/golden/passes/plan_retention.md"),
        Fault("of two prompts with one last call, one is released", "passes/plan_retention.py",
              "after.setdefault(last, []).append(Release(prompt=prompt))", "after[last] = [Release(prompt=prompt)]",
              "tests/golden/passes/plan_retention.md"),
        Fault("of two prompts with one first call, one is retained", "passes/plan_retention.py",
              "before.setdefault(first, []).append(Retain(prompt=prompt, next_use=gap))",
              "before[first] = [Retain(prompt=prompt, next_use=gap)]", "tests/golden/passes/plan_retention.md"),
        Fault("what an arm appends is not released", "passes/plan_retention.py",
              "before.setdefault(len(ops) - 1, []).extend(self._let_go(ops, asked, kept))", "pass",
              "tests/golden/passes/plan_retention.md"),
        Fault("a section that opens a tag moves without the one that closes it", "passes/analysis/references.py",
              'for name, count in depth.items() if count]', 'for name, count in depth.items() if count > 1]',
              "tests/passes/test_references.py"),
        Fault("a section that closes a tag moves before the one that opens it", "passes/analysis/references.py",
              'for name, count in depth.items() if count]', 'for name, count in depth.items() if count > 0]',
              "tests/passes/test_references.py"),
        Fault("a fence that another section closes holds nothing", "passes/analysis/references.py",
              'if text.count("```") % 2:', "if False:", "tests/passes/test_references.py"),
        Fault("a bracket that another section closes holds nothing", "passes/analysis/references.py",
              "if text.count(pair[0]) != text.count(pair[1]) and", "if False and", "tests/passes/test_references.py"),
        Fault("a tag that ends itself counts as an open one", "passes/analysis/references.py",
              "        if not match[3]:\n", "        if True:\n", "tests/passes/test_references.py"),
    ),
    "What nothing noticed once: the language": (
        Fault("a literal type loses its sign in source", "lang/syntax/tree.py",
              "            value = -cast(float, value)\n", "            pass\n", "tests/lang/test_semantics.py"),
        Fault("a literal type loses its sign in the text of types", "ir/types.py",
              "        return json.loads(token)\n", '        return json.loads(token.lstrip("-"))\n',
              "tests/ir/test_types.py"),
        Fault("no declared `int` is negative", "ir/constrained/parts.py",
              'INT_PATTERN = r"0|-?[1-9]', 'INT_PATTERN = r"0|[1-9]', "tests/ir/test_shape.py"),
        Fault("no declared `float` is negative", "ir/constrained/parts.py",
              'FLOAT_PATTERN = r"-?(0|', 'FLOAT_PATTERN = r"(0|', "tests/ir/test_shape.py"),
        Fault("what was there before a loop is taken to be there in it, though the loop takes it away",
              "lang/check/statements/loops.py", "            scope.narrowed[name] = bound\n", "            pass\n",
              "tests/lang/test_narrowing.py"),
        Fault("a loop forgets of all names that they are there", "lang/check/statements/loops.py",
              "    for name in body.effects.body(node.body).assigned:\n",
              "    for name in list(scope.parent.narrowed if scope.parent else ()):\n", "tests/lang/test_narrowing.py"),
        Fault("the condition of a `while` says nothing about its body", "lang/check/statements/loops.py",
              "        narrow(scope, node.condition, True)\n", "", "tests/lang/test_narrowing.py"),
    ),
    "What nothing noticed once: running": (
        Fault("a type's output ends at the first place where it may", "runtime/engine/grammar/parts.py",
              "return self.can_end and len(self._places) == 1 and not self._free", "return self.can_end",
              ENGINE + "test_grammar.py::test_what_may_end_may_go_on"),
        Fault("a warm-up takes the last position, which a call then computes again",
              "runtime/executor/asking/calls.py", "if leave_last and not state.tokens.tail:", "if False:",
              "tests/compiler/test_last_position.py"),
        Fault("a prefetch never leaves the last position", "runtime/executor/asking/calls.py",
              "bare = step.node < 0 or step.node in run.bare", "bare = False", "tests/compiler/test_last_position.py"),
        Fault("a fork never leaves the last position", "runtime/executor/forks.py",
              "    bare = isinstance(prompt, Ref) and _may_ask_bare(step.bodies, prompt.register)\n",
              "    bare = False\n", "tests/compiler/test_last_position.py"),
        Fault("two jobs that fill the pool wait for each other", "runtime/engine/preemption.py",
              "if holders and holders[-1].job is not holders[0].job:", "if False:", ENGINE + "test_memory_ends.py"),
        Fault("of two jobs that fill the pool nobody gives way", "runtime/engine/preemption.py",
              "            self._preempt(holders[-1])\n        elif", "            pass\n        elif",
              ENGINE + "test_memory_ends.py"),
        Fault("the rest of a job under way stands in line behind those who have not begun",
              "runtime/engine/scheduler.py",
              "return begun + self._ranked([task for task in tasks if task.job not in under_way])",
              "return self._ranked(tasks)", ENGINE + "test_memory_ends.py"),
        Fault("one task that waits for its job stalls the younger ones that decode", "runtime/engine/scheduler.py",
              "            ):  # waits for its job, or was just preempted\n                continue\n",
              "            ):  # waits for its job, or was just preempted\n                break\n",
              ENGINE + "test_memory_ends.py"),
        Fault("a nucleus over a large vocabulary is overlapped, though it needs a look", "runtime/engine/steps.py",
              "task.may_go_unread and not self._choosing.looks(task)", "task.may_go_unread",
              ENGINE + "test_overlap.py"),
        Fault("a small `top_k` of a large vocabulary is never overlapped", "runtime/engine/sampler.py",
              "self.vocab > CANDIDATES and not 0 < s.top_k <= CANDIDATES", "self.vocab > CANDIDATES",
              ENGINE + "test_overlap.py"),
    ),
    "Changes at random that nothing noticed once": (
        Fault("a fork of forks is called changed where it is not", "passes/fuse_forks.py",
              "is_flat = True  #", "is_flat = False  #", "tests/passes/test_examples.py"),
        Fault("the condition of a loop does not stand behind the head of the loop", "compiler/planner/steps.py",
              "            if head is not None:\n                self._places.put(arg, head)\n",
              "            if head is None:\n                self._places.put(arg, 0)\n",
              "tests/compiler/test_planner.py"),
        Fault("arms that may be none are taken for sure", "compiler/planner/predictions.py",
              "SURE if step.items is None else USUAL", "SURE", "tests/compiler/test_planner.py"),
        Fault("an expression is cut one level early", "compiler/planner/registers.py",
              "return p.Lit(operand.value), 0", "return p.Lit(operand.value), 1", "tests/compiler/test_planner.py"),
        Fault("`anyOf` beside other keywords is taken for one alone", "runtime/engine/grammar/exactness.py",
              'case {"anyOf": list()} if len(names) == 1:', 'case {"anyOf": list()} if len(names) != 1:',
              ENGINE + "test_schemas.py"),
        Fault("Ctrl-C ends a trial, and its constraint is refused", "runtime/engine/grammar/trial.py",
              "    signal.signal(signal.SIGINT, signal.SIG_IGN)\n", "", ENGINE + "test_trial.py"),
        Fault("a limit with nothing left is full only where others wait", "runtime/executor/concurrency.py",
              "return self._free < 1 or bool(self._waiting)", "return self._free < 1 and bool(self._waiting)",
              "tests/runtime/test_concurrency.py"),
        Fault("a listener is told of arms alone that they are the main way", "runtime/executor/asking/modelcall.py",
              "self._is_main = not frame.in_arm and", "self._is_main = frame.in_arm and",
              "tests/runtime/test_executor.py"),
    ),
}  # fmt: skip


def named(word: str = "") -> Iterator[Fault]:
    """The faults with a word in their title, words, file or test."""
    for title, faults in FAULTS.items():
        yield from (
            each for each in faults if word in f"{title} {each.what} {each.file} {each.test}"
        )
