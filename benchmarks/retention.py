"""What plan-retention is worth: a prompt that is used again must survive a cache that is too small for everything.

Runs `scenarios/pressure.sgl` on the embedded engine with pools of several sizes, with and without the pass, on the same
weights in one process. Prints tokens that were prefilled a second time: they were evicted although the plan knew
better. KVFlow's next-use eviction (arXiv 2507.07400) is the idea.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sglc.compiler.driver.compilation import Options, compile_module, load
from sglc.compiler.driver.targets import choose_target
from sglc.compiler.running.execution import Job, execute_job
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.batch.rows import rows_of
from sglc.runtime.trace.worlds import worlds

from .results import environment, headline, table, write
from .scenarios import HERE, prose

POOLS = (2_000, 2_600, 3_200, 8_000)
NOTES = 8


def again(pool: int, disabled: tuple[str, ...]) -> int:
    """Tokens prefilled beyond the lower bound with a pool of so many slots."""
    file = HERE / "pressure.sgl"
    module, warnings = load(file)
    made = compile_module(module, Options(disabled=disabled), choose_target(), warnings, str(file))
    program = next(p for p in made.plan.programs if p.name == made.plan.entry)
    row: Mapping[str, Any] = {
        "manual": prose(40),
        "notes": [prose(16, 100 * i) for i in range(NOTES)],
    }
    backend = EngineBackend(model_path=made.choice.folder, kv_cache_tokens=pool)
    job = Job(
        plan=made.plan, choice=made.choice, program=program.name, rows=rows_of([row], program)
    )
    outcome = execute_job(job, backend)
    assert not outcome.failed, outcome.failed
    found = worlds(outcome.trace.requests)
    return found.compiled - found.lower_bound


def main() -> None:
    """Measure and write benchmarks/results/retention.md."""
    rows = [(pool, again(pool, ()), again(pool, ("plan-retention",))) for pool in POOLS]
    head = (
        "slots in the pool",
        "prefilled again, with the plan's hints",
        "without `plan-retention`",
    )
    where = environment()
    text = f"# Eviction of what is used again\n\n{headline(where)}\n" + table(
        head, [[f"{number:,}" for number in row] for row in rows]
    )
    data = {
        "environment": where,
        "rows": [dict(zip(("pool", "with", "without"), r, strict=True)) for r in rows],
    }
    print(text)
    print(write("retention", data, text))


if __name__ == "__main__":
    main()
