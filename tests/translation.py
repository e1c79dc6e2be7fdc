"""Random programs through random pipelines, judged by the reference interpreter.

The tests take a fixed slice; `python tests/translation.py --count 20000` takes more, and prints how
often each pass changed a program. A failure names the number that makes the same program again.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import enriched
import validation
from constructs import constructs
from programs import RandomProgram
from targets import Setting, any_setting, settings

from sglc.ir.diagnostic import CompileFailed
from sglc.ir.module import Module
from sglc.ir.target import Target
from sglc.passes.inline import Inline
from sglc.passes.insert_prefetch import InsertPrefetch
from sglc.passes.pipeline import PASSES, pipeline
from sglc.passes.running.context import Context, Pass
from sglc.passes.running.needs import needs_of
from sglc.passes.running.options import describe
from sglc.passes.running.runner import RunOptions, run_pipeline

LAST = ("insert-prefetch", "plan-retention")
"""They write down what is certain to be asked, so they come after all that drops a call."""


@dataclass
class Findings:
    """What a campaign saw: how often each pass changed a program, what each was judged under, and what went wrong.

    `refused`: their template takes no such turns.
    """

    programs: int = 0
    failed_rows: int = 0
    refused: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    targets: Counter[str] = field(default_factory=Counter)
    constructs: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    different: list[int] = field(default_factory=list)
    """The programs that the interpreter found to mean something else; the verifier may catch some before."""

    def note(self, program: RandomProgram, setting: Setting) -> None:
        """Count a program, and what it is made of."""
        self.programs += 1
        self.targets[setting.target.name] += 1
        self.constructs.update(constructs(program))

    @property
    def table(self) -> str:
        """Shares of the programs: targets, passes that changed something, constructs; failing and refused ones."""
        self.constructs["a program that fails"] = self.failed_rows
        lines = [
            f"{count / self.programs:6.1%}  {what}{name}"
            for what, counts in (
                ("under ", self.targets), ("changed by ", self.changed), ("has ", self.constructs)
            )
            for name, count in counts.most_common()
        ]  # fmt: skip
        return "\n".join(
            [*lines, f"{self.programs} programs, {self.refused} refused by their template"]
        )


def random_pipeline(source: random.Random) -> tuple[Pass, ...]:
    """A whole level, a level without one pass, or any passes in any order."""
    kind = source.randrange(4)
    level = 1 + source.randrange(2)
    if kind == 0:
        return tuple(
            InsertPrefetch(speculative=level > 1) if step.name == "insert-prefetch" else step
            for step in pipeline(level)
        )
    if kind == 1:
        optional = sorted({step.name for lowest, step in PASSES if lowest})
        return pipeline(level, {source.choice(optional)})
    steps: list[Pass] = [step for _, step in PASSES]
    steps = source.sample(steps, 1 + source.randrange(len(steps)))
    prefetch = InsertPrefetch(min_tokens=1, speculative=source.randrange(2) == 0)
    steps = [prefetch if step.name == "insert-prefetch" else step for step in steps]
    return _as_needed(sorted(steps, key=lambda step: step.name in LAST))


def _as_needed(steps: Sequence[Pass]) -> tuple[Pass, ...]:
    """The passes, `inline` before the first that needs it."""
    needing = next((at for at, step in enumerate(steps) if needs_of(step)), None)
    if needing is None or any(step.name == "inline" for step in steps[:needing]):
        return tuple(steps)
    return (*steps[:needing], Inline(), *steps[needing:])


def judge(
    program: RandomProgram,
    passes: Sequence[Pass],
    target: Target,
    verify: int = 1,
    level: int = 1,
) -> tuple[Context, bool]:
    """Run the passes on a program and compare; raises Different or PassFailed. Whether it could run."""
    context, options = Context(target, level), RunOptions(verify=verify)
    before = program.module
    for part in _parts(before, passes):
        after = run_pipeline(before, part, context, options)
        if after is before:  # nothing was done
            continue
        orders = validation.batch_orders(before.program(program.entry), len(passes))
        left = validation.batch_orders(after.program(program.entry), len(passes))
        orders = {
            n: order for n, order in orders.items() if n in left
        }  # a trimmed turn keeps its order
        case = validation.Case(program.entry, program.args, orders=orders)
        if not (part[0].name == "move-code" and validation.has_free_orders(before)):
            if validation.assert_same_meaning(before, after, case, target) is None:
                return context, False
        before = after
    return context, True


def _parts(module: Module, passes: Sequence[Pass]) -> list[Sequence[Pass]]:
    """The passes, cut around `move-code` when it has an order to choose: that may change prompts."""
    if not validation.has_free_orders(module):
        return [passes]
    cuts = [at for at, step in enumerate(passes) if step.name == "move-code"]
    edges = sorted({0, len(passes), *cuts, *(at + 1 for at in cuts)})
    return [passes[a:b] for a, b in itertools.pairwise(edges)]


def campaign(
    numbers: Iterable[int],
    among: Sequence[Setting],
    passes: Sequence[Pass] | None = None,
    verify: int = 1,
    level: int | None = None,
    progress: int = 0,
) -> Findings:
    """Judge many programs, each under one of some targets.

    `passes`, `level`: always these; otherwise random ones.
    `progress`: after how many programs to say how far it is.
    """
    findings = Findings()
    for number in numbers:
        source = random.Random(number)
        setting = any_setting(random.Random(~number), among)
        program = enriched.generate(source, setting.alternates, setting.calls)
        chosen = random_pipeline(source) if passes is None else passes
        speed = 1 + source.randrange(2) if level is None else level
        findings.note(program, setting)
        if progress and findings.programs % progress == 0:
            print(f"{findings.programs} programs, {len(findings.problems)} differ", flush=True)
        try:
            context, could_run = judge(program, chosen, setting.target, verify, speed)
        except Exception as error:
            if _is_refusal(error):
                findings.refused += 1
                continue
            if isinstance(error, validation.Different):
                findings.different.append(number)
            findings.problems.append(
                f"program {number} under {setting.target.name} through {describe(chosen)} at -O{speed}: {error}"
            )
            if progress:
                print(findings.problems[-1], file=sys.stderr, flush=True)
            continue
        findings.failed_rows += not could_run
        findings.changed.update({r.pass_name for r in context.reports if r.changed})
    return findings


def _is_refusal(error: Exception) -> bool:
    """Whether the chat template takes no such turns: that is an answer, too."""
    return isinstance(error, CompileFailed) and error.diagnostics[0].code == "SGL2201"


def main() -> int:
    """Run a campaign from the command line; 1 when something is different."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=1_000_000)
    parser.add_argument("--model", help="a model folder: its tokenizer in place of the estimate")
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.count)
    target = Target.load(options.model) if options.model else Target.estimating()
    findings = campaign(numbers, settings(target), verify=2, progress=500)
    print(findings.table)
    print(f"{len(findings.problems)} differ")
    return 1 if findings.problems else 0


if __name__ == "__main__":
    sys.exit(main())
