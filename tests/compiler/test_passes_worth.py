"""What each pass gains on a program made for it, against numbers worked out by hand: a pass that does nothing fails."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sglc.compiler.driver.compilation import Options, compile_file
from sglc.ir.target import Part, Target
from sglc.passes.pipeline import PASSES
from sglc.runtime.backends.mock import PREFILL_S, MockBackend
from sglc.runtime.batch.rows import rows_of
from sglc.runtime.batch.run import Window, run_rows
from sglc.runtime.executor.executor import Executor
from sglc.runtime.trace.records import Trace

LONG = "stone " * 120
HOST_S = 1.0  # what a look-up takes
STEPS = 50  # what a gen below decodes, its last token apart

HEAD = "program p(name: str) -> str:\n"
GEN = f"gen(max_tokens={STEPS}, ignore_eos=true)"
NESTED = f"""\
    "About {{name}}."
    parallel:
        arm:
            parallel:
                arm:
                    "{LONG}Is it true?"
                    a = {GEN}
                arm:
                    "{LONG}Is it new?"
                    b = {GEN}
        arm:
            "{LONG}Is it old?"
            c = {GEN}
    return a + b + c
"""
ALIKE = f"""\
    parallel:
        arm:
            "{LONG}Is it true?"
            a = {GEN}
        arm:
            "{LONG}Is it new?"
            b = {GEN}
    return a + b
"""
TWICE = f"""\
    "About {{name}}."
    parallel:
        arm:
            a = {GEN}
            "More:"
            x = {GEN}
        arm:
            b = {GEN}
            "Less:"
            y = {GEN}
    return a + b + x + y
"""
UNUSED = f"""\
    "About {{name}}."
    parallel:
        arm:
            "Is it true?"
            a = {GEN}
        arm:
            "Is it new?"
            b = {GEN}
    return a
"""
RECORD = """\
    "About {name}:"
    found: {colour: str, size: int} = gen(max_tokens=200)
    return found.colour
"""
LOOK_UP = f"""\
    "About {{name}}:"
    x = {GEN}
    y = look_up(x)
    "{LONG}It is {{y}}."
    z = {GEN}
    return z
"""
FREE = f"""\
    unordered:
        section: "The user is {{name}}.\\n"
        section: "{LONG}\\n"
    z = {GEN}
    return z
"""
CHOSEN = f"""\
    brief = 1 + 1 == 2
    if brief:
        "{LONG}"
    else:
        "Take your time."
    "{{name}}"
    parallel:
        arm:
            "Is it true?"
            a = {GEN}
        arm:
            "Is it new?"
            b = {GEN}
    return a + b
"""


@dataclass(frozen=True)
class Cost:
    """What a run came to."""

    prefilled: int
    requests: int  # calls and warm-ups
    calls: int
    steps: int  # of decoding
    seconds: float
    promised: int  # tokens that the plan said are cached, before anything ran


def cost(
    program: str, folder: Path, without: str = "", level: int = 1, rows: int = 1, waits: bool = True
) -> Cost:
    """Compile, run on the hash model, and count. `waits=False`: a server whose siblings don't wait."""
    file = folder / "p.sgl"
    file.write_text("extern def look_up(q: str) -> str\n\n" + HEAD + program, encoding="utf-8")
    build = compile_file(
        file, Options(level=level, disabled=(without,) if without else ()), "estimate"
    )
    backend, trace = MockBackend(build.choice.target, waits=waits), Trace()
    entry = next(p for p in build.plan.programs if p.name == build.plan.entry)
    given = rows_of([{"name": f"Ada{n} of the harbour"} for n in range(rows)], entry)

    async def look_up(q: str) -> str:
        await backend.clock.sleep_until(backend.clock.now + HOST_S)
        return "42"

    async def run() -> list[Any]:
        results: list[Any] = []
        with Executor(
            build.plan,
            backend=backend,
            target=build.choice.target,
            hosts={"look_up": look_up},
            trace=trace,
        ) as executor:
            await run_rows(executor, entry.name, [Window(given)], on_row=results.append)
        return results

    assert [each.error for each in asyncio.run(run())] == [None] * rows
    made = [r for r in trace.requests if r.kind != "prefill"]
    return Cost(
        prefilled=sum(r.prefilled for r in trace.requests),
        requests=len(trace.requests),
        calls=len(made),
        steps=sum(r.decoded for r in made),
        seconds=backend.clock.now,
        promised=sum(r.predicted_cached or 0 for r in made),
    )


def tokens(text: str) -> int:
    """How many a text has by the estimate."""
    return len(Target.estimating().tokenizer.encode((Part(text, False),)))


@dataclass(frozen=True)
class Case:
    """A pass, the program that is made for it, where it runs, and what the run saves."""

    step: str
    program: str
    saves: dict[str, float]
    level: int = 1
    rows: int = 1
    waits: bool = True


CASES = [
    # On a server whose siblings don't wait, the second arm would compute the text again; its last word is not settled.
    Case("hoist-prefix", ALIKE, {"prefilled": tokens(LONG)}, waits=False),
    # A text that is known beforehand is warmed at load, and the other two rows find it.
    Case("fold-constants", CHOSEN, {"prefilled": 2 * (tokens(LONG) - 1)}, rows=3, waits=False),
    # What all rows say comes first: two of three rows find it.
    Case("move-code", FREE, {"prefilled": 2 * tokens(LONG + "\n")}, rows=3),
    Case("merge-calls", TWICE, {"calls": 1, "steps": STEPS - 1}),
    Case("eliminate-dead", UNUSED, {"calls": 1, "steps": STEPS - 1}),
    # One warm-up for three arms, in place of one for the inner two and one for both.
    Case("fuse-forks", NESTED, {"requests": 1}),
    # `{"colour": "` and `", "size": ` and `}`, of which two quotes and the last of all are the model's to choose.
    Case("splice-forced", RECORD, {"steps": 8}),
    # What follows the look-up is computed while it runs.
    Case("insert-prefetch", LOOK_UP, {"seconds": tokens(LONG + "It is ") * PREFILL_S}, level=2),
]
MADE_ELSEWHERE = {
    "inline": "no plan without it",
    "render-turns": "no plan without it",
    "plan-retention": "about a cache that is too small: `test_retention_on_an_engine.py`",
}


def test_every_pass_has_a_case() -> None:
    assert {case.step for case in CASES} | set(MADE_ELSEWHERE) == {step.name for _, step in PASSES}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.step)
def test_it_saves_what_it_should(case: Case, tmp_path: Path) -> None:
    where = {"level": case.level, "rows": case.rows, "waits": case.waits}
    with_it = cost(case.program, tmp_path, **where)
    without = cost(case.program, tmp_path, case.step, **where)
    saved = {name: getattr(without, name) - getattr(with_it, name) for name in case.saves}
    assert saved == pytest.approx(case.saves)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.step)
def test_no_pass_costs_a_server_that_does_not_wait(case: Case, tmp_path: Path) -> None:
    """What is warmed is waited for: a server that finds only what is finished would compute it twice."""
    with_all = cost(case.program, tmp_path, rows=3, waits=False)
    without = cost(case.program, tmp_path, "insert-prefetch", rows=3, waits=False)
    assert with_all.prefilled <= without.prefilled
