"""Random functions in both modes: direct mode is plain Python, and the compiled one must be the same.

`python tests/differential.py --count 5000 --seed 1` prints what differs, and how often each construct occurs.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import linecache
import signal
import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from function_writer import ARGUMENTS, CHANGES, Writer

import sglc as sgl

SECONDS = 60
"""How long one run may take."""
_NUMBERS = count()


@dataclass
class Tally:
    """What was tried: functions, how many of them were compiled, constructs, and what differed."""

    functions: int = 0
    compiled: int = 0
    constructs: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    different: list[str] = field(default_factory=list)


def try_seed(seed: int, mock: Any, tally: Tally) -> None:
    """Write the function of a seed, and run it in both modes."""
    writer = Writer(seed)
    source = writer.module()
    random = writer.random
    runs = [(random.choice(CHANGES), random.choice(ARGUMENTS)) for _ in range(2)]
    tally.functions += 1
    tally.constructs.update(set(writer.seen))
    refused = refusal(source, runs, mock)
    tally.refusals.update(refused)
    tally.compiled += not refused
    direct, compiled = (outcomes(source, runs, mode, mock) for mode in ("direct", "auto"))
    if direct != compiled:
        tally.different.append(f"--- seed {seed}\n{source[source.index('@sgl.function') :]}\n"
                               f"{runs}\ndirect:   {direct}\ncompiled: {compiled}")  # fmt: skip


def _stop(*_: object) -> None:
    raise TimeoutError("a run without end")


def module_of(source: str) -> dict[str, Any]:
    """A module of its own, whose source is at hand."""
    name = f"<function {next(_NUMBERS)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"__name__": name.strip("<>")}
    module = type(sys)(scope["__name__"])
    vars(module).update(scope)
    sys.modules[scope["__name__"]] = module
    exec(compile(source, name, "exec"), vars(module))
    return vars(module)


def refusal(source: str, runs: Any, mock: Any) -> tuple[str, ...]:
    """The codes that say why a function can't be compiled; none when it can."""
    try:
        module_of(source)["main"].compile(**copy.deepcopy(runs[0][1]), backend=mock)
    except sgl.CompileFailed as failed:
        return tuple(
            f"{each.code} {each.headline.split('`')[0].strip()}" for each in failed.diagnostics
        )
    return ()


def outcomes(source: str, runs: Any, mode: str, mock: Any) -> list[Any]:
    """For each run: what it returned or raised, its text, and what it asked."""
    scope = module_of(source)
    found: list[Any] = []
    for change, arguments in runs:
        exec(change, scope)
        signal.alarm(SECONDS)
        try:
            state = scope["main"].run(
                **copy.deepcopy(arguments), backend=mock, mode=mode, run_seed=0
            )
        except Exception as error:
            found.append((type(error).__name__, str(error)))
            continue
        finally:
            signal.alarm(0)
        error = state.error()
        calls = sorted({(c.kind, tuple(c.prompt), tuple(c.texts)) for c in state.trace.calls})
        said = f"{type(error).__name__}: {error}" if error else state.text()
        found.append((repr(state.ret_value), said, None if error else calls))
    with contextlib.suppress(KeyError):
        del sys.modules[scope["__name__"]]
    return found


def main() -> int:
    """Try many seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _stop)
    tally, shown = Tally(), 0
    with sgl.Mock() as mock:
        for seed in range(given.seed, given.seed + given.count):
            try_seed(seed, mock, tally)
            for text in tally.different[shown:]:
                print(text, flush=True)
            shown = len(tally.different)
    print(summary(tally))
    return 1 if tally.different else 0


def summary(tally: Tally) -> str:
    """How often each construct occurred, and what came of it."""
    rows = [f"{name:28} {number:6}" for name, number in tally.constructs.most_common()]
    reasons = ", ".join(f"{code} {number}" for code, number in tally.refusals.most_common())
    return "\n".join([
        *rows, f"{tally.functions} functions, {tally.compiled} compiled ({reasons} otherwise), "
        f"{len(tally.different)} differ",
    ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
