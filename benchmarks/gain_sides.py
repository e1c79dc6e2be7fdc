"""The sides of the comparison through a server: code by hand and compiled plans, asked in turns, and what each took."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sglc.compiler.batch.order import batch_order
from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.passes.pipeline import PASSES
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.batch.rows import Row, RowResult
from sglc.runtime.batch.run import Window, run_rows
from sglc.runtime.executor.executor import Executor
from sglc.runtime.trace.records import Trace
from sglc.runtime.trace.worlds import worlds

from . import results
from .by_hand import Client, Program
from .by_hand_more import ALL
from .gain_cases import Arguments, Case
from .hosts import HOSTS
from .server_counts import Counts, ServerCounts, least_in_blocks
from .workloads import Material

FOLDER = Path(__file__).resolve().parent / "programs"
BY_HAND, SORTED, FEW, COMPILED = "by hand", "by hand, sorted", "by hand, sorted, 4 at a time", "-O1"
FEW_ROWS = 4

Asking = Callable[[list[Arguments]], Awaitable[list[Any]]]


@dataclass(slots=True)
class Taken:
    """What one side took: times, the server's account of the last repetition, and the client's processor time in it."""

    times: list[float] = field(default_factory=list[float])
    counts: Counts = field(default_factory=Counts)
    client_s: float = 0.0

    @property
    def best(self) -> float:
        """The best time."""
        return min(self.times)


@dataclass(slots=True)
class Found:
    """A case with all its sides. `same`: rows of the last repetition to which both sides gave one answer."""

    case: Case
    sides: dict[str, Taken]
    rows: int = 0
    same: int = 0
    least: int = 0
    bound: int = 0
    load: float = 0.0

    def ratio(self, side: str = COMPILED) -> float:
        """How many times as long as a side the code by hand takes."""
        return self.sides[BY_HAND].best / self.sides[side].best

    def data(self) -> dict[str, Any]:
        """All of it, for the JSON file."""
        case = self.case
        about = {"program": case.name, "of": case.program, "title": case.title, "note": case.note}
        numbers = {name: getattr(self, name) for name in NUMBERS}
        sides = {name: msgspec.to_builtins(taken) for name, taken in self.sides.items()}
        return {**about, "sides": sides, **numbers}


NUMBERS = ("rows", "same", "least", "bound", "load")


class Bench:
    """One server, asked by all sides in turns; unless it `is_warm` already, the first turn is not counted."""

    def __init__(self, url: str, model: Path, repeats: int, is_warm: bool = False) -> None:
        self._url, self._model = url, model
        self._turns = [*([] if is_warm else ["warm"]), *map(str, range(repeats))]
        self._material = Material(model)
        self._server = ServerCounts(url)

    async def settings(self) -> tuple[str, int, int]:
        """What the server says of itself, the size of its blocks, and how many it has."""
        return await self._server.describe()

    async def measure(self, case: Case, builds: dict[str, Build]) -> Found:
        """Take every time of a case; `builds` are the compiled sides."""
        async with _Sides(self._url, case, builds) as sides:
            found = Found(case, {name: Taken() for name in sides.asked}, load=results.load())
            answers: dict[str, list[Any]] = {}
            rows: list[Arguments] = []
            for turn in self._turns:
                rows = case.instances(self._material, f"{case.name} {turn}")
                for name, ask in sides.asked.items():
                    answers[name] = await self._take(found.sides[name], ask, rows, turn)
            found.rows, found.same = len(rows), _same(case, answers[BY_HAND], answers[COMPILED])
            calls = sides.trace.requests
            _, block, _ = await self._server.describe()
            found.least, found.bound = least_in_blocks(calls, block), worlds(calls).lower_bound
        return found

    async def _take(self, taken: Taken, ask: Asking, rows: list[Arguments], turn: str) -> list[Any]:
        await self._server.forget()
        before = await self._server.counts()
        begun, used = time.perf_counter(), time.process_time()
        answers = await ask(rows)
        passed, taken.client_s = time.perf_counter() - begun, time.process_time() - used
        taken.counts = (await self._server.counts()).since(before)
        if turn != "warm":
            taken.times.append(passed)
        return answers


def _same(case: Case, by_hand: list[Any], ours: list[Any]) -> int:
    """How many rows have one answer on both sides; -1 where they are not asked the same."""
    if case.read is None:
        return -1
    return sum(one == case.read(other) for one, other in zip(by_hand, ours, strict=True))


class _Sides:
    """The sides of a case: each asks for all of its instances at once. `trace`: the compiled side's last run."""

    def __init__(self, url: str, case: Case, builds: dict[str, Build]) -> None:
        self._url, self._case, self._builds = url, case, builds
        self._client = Client(url)
        self._backends: list[OpenAIBackend] = []
        self.trace = Trace()
        self.asked: dict[str, Asking] = {}

    async def __aenter__(self) -> "_Sides":
        program = ALL[self._case.by_hand]
        self.asked[BY_HAND] = lambda rows: _at_once(program, self._client, rows, len(rows))
        if self._case.common:
            self.asked[SORTED] = lambda rows: self._sorted(program, rows, len(rows))
            self.asked[FEW] = lambda rows: self._sorted(program, rows, FEW_ROWS)
        for name, build in self._builds.items():
            self.asked[name] = self._compiled(name, build)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.close()
        for backend in self._backends:
            await backend.close()

    async def _sorted(self, program: Program, rows: list[Arguments], at_a_time: int) -> list[Any]:
        """What somebody writes who knows that rows with one text belong together."""
        order = sorted(rows, key=lambda row: row[self._case.common])
        return await _at_once(program, self._client, order, at_a_time)

    def _compiled(self, name: str, build: Build) -> Asking:
        """As `sglc run` runs rows: in an order that is found first, which is part of the time."""
        target, plan = build.choice.target, build.plan
        backend = OpenAIBackend(f"{self._url}/v1", target, dialect="vllm")
        self._backends.append(backend)

        async def ask(rows: list[Arguments]) -> list[Any]:
            trace, done = Trace(), list[RowResult]()
            numbered = [Row(at, at + 1, row) for at, row in enumerate(rows)]
            order = batch_order(plan, plan.entry, numbered, target.tokenizer)
            windows = [Window(numbered, order.rows, order.orders)]
            with Executor(plan, backend=backend, target=target, hosts=HOSTS, trace=trace) as run:
                await run_rows(run, plan.entry, windows, on_row=done.append)
            if name == COMPILED:
                self.trace = trace
            return [_value(result) for result in sorted(done, key=lambda result: result.row)]

        return ask


async def _at_once(
    program: Program, client: Client, rows: list[Arguments], at_a_time: int
) -> list[Any]:
    """The answers of all rows, so many of them under way at a time."""
    gate = asyncio.Semaphore(at_a_time)

    async def one(row: Arguments) -> Any:
        async with gate:
            return await program(client, row)

    return await asyncio.gather(*map(one, rows))


def _value(result: RowResult) -> Any:
    if result.error is not None:
        raise RuntimeError(f"row {result.row}: {result.error.message}")
    return result.result


def builds_of(case: Case, model: Path, with_passes: bool) -> dict[str, Build]:
    """The compiled sides of a case: as a user compiles it; where asked -O0, and each pass off that changes the plan."""

    def built(level: int = case.level, **options: Any) -> Build:
        chosen = Options(level=level, **options)
        return compile_file(FOLDER / f"{case.program}.sgl", chosen, str(model))

    found = {COMPILED: built()}
    if with_passes:
        found["-O0"] = built(level=0)
        for name in dict.fromkeys(step.name for lowest, step in PASSES if lowest == 1):
            other = built(disabled=(name,))
            if other.plan != found[COMPILED].plan:
                found[f"no {name}"] = other
    return found
