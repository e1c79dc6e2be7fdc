"""Time to the first token with and without insert-prefetch, for a prompt whose first 2,000 tokens are known early.

The program asks a host function first; with the pass its long text is prefilled while that runs. Measured on the
embedded engine, alternately, from the moment at which the call could begin: when the host function has returned. The
SGLang paper (arXiv 2312.07104, appendix) reports 1.0 s to 0.2 s for a 4,000-token prefix on a hosted GPU.
"""

from __future__ import annotations

import asyncio
import time
from statistics import median

from rich.progress import track

from sglc.compiler.driver.compilation import Build, Options, compile_module, load
from sglc.compiler.driver.targets import choose_target
from sglc.ir.target import Part
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.executor.streaming import Delta

from .results import environment, headline, table, write
from .scenarios import HERE, prose

ROUNDS = 5
HOST_S = 8.0
"""How long the host function takes: longer than the prefill, so that the pass can hide all of it."""


def build(disabled: tuple[str, ...]) -> Build:
    """The program, compiled with or without the pass."""
    file = HERE / "first_token.sgl"
    module, warnings = load(file)
    return compile_module(module, Options(disabled=disabled), choose_target(), warnings, str(file))


async def first_token(made: Build, backend: EngineBackend, round: int) -> float:
    """Seconds from the host function's return to the first token. Every round has a text of its own."""
    times: dict[str, float] = {}

    async def lookup(question: str) -> str:
        await asyncio.sleep(HOST_S)
        times["ready"] = time.perf_counter()
        return f"{len(question)} pages were found."

    def listen(delta: Delta) -> None:
        if delta.text:
            times.setdefault("first", time.perf_counter())

    row = {"manual": manual(round), "question": "What was promised?"}
    with Executor(
        made.plan,
        backend=backend,
        target=made.choice.target,
        hosts={"lookup": lookup},
        listener=listen,
    ) as executor:
        await executor.run("first_token", row)
    return times["first"] - times["ready"]


def manual(round: int) -> str:
    """About 2,000 tokens that no other round begins with."""
    return f"Edition {round} of {time.time_ns()}. {prose(85, 200 * round)}"


async def measure() -> list[tuple[float, float]]:
    """Rounds of (with, without), alternately on one engine."""
    compiled, plain = build(()), build(("insert-prefetch",))
    backend = EngineBackend(model_path=compiled.choice.folder)
    rounds: list[tuple[float, float]] = []
    await first_token(plain, backend, 0)
    for number in track(range(ROUNDS), "rounds"):
        a = await first_token(compiled, backend, 2 * number + 1)
        b = await first_token(plain, backend, 2 * number + 2)
        rounds.append((a, b))
    await backend.close()
    return rounds


def main() -> None:
    """Measure and write benchmarks/results/first_token.md."""
    rounds = asyncio.run(measure())
    tokens = len(choose_target().target.tokenizer.encode((Part(manual(1), False),)))
    ratios = [without / with_ for with_, without in rounds]
    where = environment()
    rows = [[str(i + 1), f"{a:.3f}", f"{b:.3f}", f"{b / a:.1f}"] for i, (a, b) in enumerate(rounds)]
    rows.append(
        [
            "median",
            *(f"{median(column):.3f}" for column in zip(*rounds, strict=True)),
            f"{median(ratios):.1f}",
        ]
    )
    head = ("round", "with insert-prefetch, s", "without, s", "ratio")
    text = f"# Time to the first token, {tokens:,}-token prefix\n\n{headline(where)}\n{table(head, rows)}"
    print(text)
    data = {"environment": where, "tokens": tokens, "host_s": HOST_S, "rounds": rounds}
    print(write("first_token", data, text))


if __name__ == "__main__":
    main()
