"""What compiled programs gain on a vLLM server as it is: beside careful asyncio code, and with each pass switched off.

    python -m benchmarks.gains --url http://127.0.0.1:8000 [--only judge,route] [--repeats 3] [--passes]

The server must let its cache be emptied (`VLLM_SERVER_DEV_MODE=1`): each side of each repetition gets the same fresh
texts and an empty cache, and the sides take turns. Prefilled tokens are the server's own count. `--passes` measures
-O0 and every pass switched off, of the programs whose plan that changes.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.passes.pipeline import PASSES
from sglc.runtime.backends.openai import OpenAIBackend
from sglc.runtime.executor.executor import Executor
from sglc.runtime.trace.records import Trace
from sglc.runtime.trace.worlds import worlds

from . import results
from .by_hand import Client
from .by_hand_more import ALL
from .gain_cases import CASES, Case
from .hosts import HOSTS
from .server_counts import Counts, ServerCounts, least_in_blocks
from .workloads import Material

FOLDER = Path(__file__).resolve().parent / "programs"
BY_HAND, COMPILED = "by hand", "-O1"

NOTES = """
The server: {server}, {settings}. Every side of a repetition had the same texts and an
empty cache; {repeats} repetitions after one that is not counted, the sides alternating, the best time of each. Ratio:
time by hand over ours. By hand: asyncio and httpx, everything at once that can be, structured outputs of the server.
Prefilled: prompt tokens that the server computed, by its own metrics. Least: what a server that keeps everything in
blocks of {block} tokens computes of our calls, and in brackets the same without blocks. Between {load} processes
wanted a core when the rows began.
"""


@dataclass(slots=True)
class Taken:
    """What one side took: times, and the server's account of the last repetition."""

    times: list[float] = field(default_factory=list[float])
    counts: Counts = field(default_factory=Counts)

    @property
    def best(self) -> float:
        """The best time."""
        return min(self.times)


@dataclass(slots=True)
class Found:
    """A case with all its sides."""

    case: Case
    sides: dict[str, Taken]
    least: int = 0
    bound: int = 0
    load: float = 0.0

    def ratio(self, side: str = COMPILED) -> float:
        """How many times as long as a side the code by hand takes."""
        return self.sides[BY_HAND].best / self.sides[side].best

    def data(self) -> dict[str, Any]:
        """All of it, for the JSON file."""
        sides = {name: msgspec.to_builtins(taken) for name, taken in self.sides.items()}
        about = {"program": self.case.program, "title": self.case.title, "note": self.case.note}
        return {
            **about,
            "sides": sides,
            "least": self.least,
            "bound": self.bound,
            "load": self.load,
        }


class Bench:
    """One server, asked by both sides in turns."""

    def __init__(self, url: str, model: Path, repeats: int) -> None:
        self._url, self._model, self._repeats = url, model, repeats
        self._material = Material(model)
        self._server = ServerCounts(url)

    async def settings(self) -> tuple[str, int]:
        """What the server says of itself, and the size of its blocks."""
        return await self._server.describe()

    async def measure(self, case: Case, builds: dict[str, Build]) -> Found:
        """Take every time of a case; `builds` are the compiled sides."""
        async with _Sides(self._url, case, builds) as sides:
            found = Found(case, {name: Taken() for name in sides.asked}, load=results.load())
            for turn in ["warm", *map(str, range(self._repeats))]:
                rows = case.instances(self._material, f"{case.program} {turn}")
                for name, ask in sides.asked.items():
                    await self._take(found.sides[name], ask, rows, turn)
            calls = sides.trace.requests
            _, block = await self._server.describe()
            found.least, found.bound = least_in_blocks(calls, block), worlds(calls).lower_bound
        return found

    async def _take(
        self, taken: Taken, ask: Callable[[list[Any]], Awaitable[None]], rows: list[Any], turn: str
    ) -> None:
        await self._server.forget()
        before, begun = await self._server.counts(), time.perf_counter()
        await ask(rows)
        passed = time.perf_counter() - begun
        taken.counts = (await self._server.counts()).since(before)
        if turn != "warm":
            taken.times.append(passed)


class _Sides:
    """The sides of a case: each asks for all of its instances at once. `trace`: the compiled side's last run."""

    def __init__(self, url: str, case: Case, builds: dict[str, Build]) -> None:
        self._url, self._case, self._builds = url, case, builds
        self._client = Client(url)
        self._backends: list[OpenAIBackend] = []
        self.trace = Trace()
        self.asked: dict[str, Callable[[list[Any]], Awaitable[None]]] = {}

    async def __aenter__(self) -> "_Sides":
        self.asked[BY_HAND] = self._by_hand
        for name, build in self._builds.items():
            self.asked[name] = self._compiled(name, build)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._client.close()
        for backend in self._backends:
            await backend.close()

    async def _by_hand(self, rows: list[Any]) -> None:
        program = ALL[self._case.program]
        await asyncio.gather(*[program(self._client, row) for row in rows])

    def _compiled(self, name: str, build: Build) -> Callable[[list[Any]], Awaitable[None]]:
        target, plan = build.choice.target, build.plan
        backend = OpenAIBackend(f"{self._url}/v1", target, dialect="vllm")
        self._backends.append(backend)

        async def ask(rows: list[Any]) -> None:
            trace = Trace()
            with Executor(plan, backend=backend, target=target, hosts=HOSTS, trace=trace) as run:
                await asyncio.gather(*[run.run(plan.entry, row, i) for i, row in enumerate(rows)])
            if name == COMPILED:
                self.trace = trace

        return ask


def builds_of(case: Case, model: Path, with_passes: bool) -> dict[str, Build]:
    """The compiled sides of a case: as a user compiles it; where asked -O0, and each pass off that changes the plan."""

    def built(**options: Any) -> Build:
        return compile_file(FOLDER / f"{case.program}.sgl", Options(**options), str(model))

    found = {COMPILED: built()}
    if with_passes:
        found["-O0"] = built(level=0)
        for name in dict.fromkeys(step.name for lowest, step in PASSES if lowest == 1):
            other = built(disabled=(name,))
            if other.plan != found[COMPILED].plan:
                found[f"no {name}"] = other
    return found


def table(found: Sequence[Found]) -> str:
    """Both sides of every case."""
    head = ["Program", "requests by hand", "ours", "prefilled by hand", "ours", "least"]
    head += ["s by hand", "ours", "ratio"]
    rows = [_cells(each) for each in found]
    times = results.geomean([each.ratio() for each in found])
    rows.append(["geometric mean", *[""] * 7, f"**{times:.2f}**"])
    return results.table(head, rows)


def _cells(found: Found) -> list[str]:
    hand, ours = found.sides[BY_HAND], found.sides[COMPILED]
    title = f"{found.case.program}: {found.case.title}"
    counts = [hand.counts.requests, ours.counts.requests]
    prefilled = [hand.counts.prefilled, ours.counts.prefilled]
    least = f"{found.least:,} ({found.bound:,})"
    times = [f"{hand.best:.2f}", f"{ours.best:.2f}"]
    cells = [title, *map(str, counts), *(f"{count:,}" for count in prefilled), least]
    return [*cells, *times, f"{found.ratio():.2f}"]


def ablation(found: Sequence[Found]) -> str:
    """What each pass is worth on this server: more tokens prefilled and more time without it."""
    names = dict.fromkeys(n for each in found for n in each.sides if n not in (BY_HAND, COMPILED))
    rows: list[list[str]] = []
    for name in names:
        with_it = [each for each in found if name in each.sides]
        more = [_more(each, name) for each in with_it]
        slower = [each.sides[name].best / each.sides[COMPILED].best for each in with_it]
        most = max(zip(slower, with_it, strict=True), key=lambda pair: pair[0])
        where = f"{most[1].case.program} ({most[0]:.2f})"
        cells = [name, str(len(with_it)), f"{sum(more):+,}"]
        rows.append([*cells, f"{results.geomean(slower):.2f}", where])
    return results.table(
        ["without", "plans changed", "prefilled", "time over -O1", "most at"], rows
    )


def _more(found: Found, side: str) -> int:
    return found.sides[side].counts.prefilled - found.sides[COMPILED].counts.prefilled


def page(found: Sequence[Found], environment: dict[str, Any], **notes: object) -> str:
    """The results as Markdown."""
    text = f"# What a vLLM server gains\n\n{results.headline(environment)}\n{table(found)}"
    text += NOTES.format(**notes)
    text += "".join(f"\n- {f.case.program}: {f.case.note}." for f in found if f.case.note) + "\n"
    if any(len(each.sides) > 2 for each in found):
        text += f"\n## Without each pass\n\n{ablation(found)}"
    return text


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gains", description=main.__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the server, without /v1")
    parser.add_argument("--model", help="folder of its model; the default model without it")
    parser.add_argument("--only", default="", help="programs; all without it")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--passes", action="store_true", help="-O0 and each pass off as well")
    parser.add_argument("--add", action="store_true", help="keep the other rows of earlier runs")
    parser.add_argument("--name", default="gains", help="the files under benchmarks/results/")
    return parser.parse_args()


async def run(options: argparse.Namespace) -> str:
    """Measure, and write `results/NAME.{json,md}` after every program."""
    from sglc.runtime.models.folders import resolve_model

    model = resolve_model(options.model)
    bench = Bench(options.url, model, options.repeats)
    server, block = await bench.settings()
    only = options.only.split(",") if options.only else [case.program for case in CASES]
    found = _before(options.name) if options.add else []
    text = ""
    for case in (case for case in CASES if case.program in only):
        found = [each for each in found if each.case.program != case.program]
        found.append(await bench.measure(case, builds_of(case, model, options.passes)))
        print(" | ".join(_cells(found[-1])), file=sys.stderr, flush=True)
        text = _report(options, found, server, block)
    return text


def _before(name: str) -> list[Found]:
    """The rows that the files hold already."""
    path = results.RESULTS / f"{name}.json"
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    cases = {case.program: case for case in CASES}
    return [
        Found(
            cases[row["program"]],
            {
                name: Taken(side["times"], Counts(**side["counts"]))
                for name, side in row["sides"].items()
            },
            row["least"],
            row["bound"],
            row["load"],
        )
        for row in rows
        if row["program"] in cases
    ]


def _report(options: argparse.Namespace, found: list[Found], server: str, block: int) -> str:
    environment = results.environment()
    load = f"{min(f.load for f in found):.0f} and {max(f.load for f in found):.0f}"
    settings = f"prefix caching on, blocks of {block} tokens"
    notes = {"server": server, "settings": settings, "block": block, "repeats": options.repeats}
    text = page(found, environment, load=load, **notes)
    rows = [each.data() for each in found]
    results.write(options.name, {"environment": environment, **notes, "rows": rows}, text)
    return text


def main() -> int:
    """Run the comparison through a server."""
    print(asyncio.run(run(_options())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
