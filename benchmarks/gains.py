"""What compiled programs gain on a vLLM server as it is: beside careful asyncio code, and with each pass switched off.

    python -m benchmarks.gains --url http://127.0.0.1:8000 [--only judge,route] [--repeats 3] [--passes]
    python -m benchmarks.gains --url ... --cases tight --name gains_tight       a cache that is smaller than the work

The server must let its cache be emptied (`VLLM_SERVER_DEV_MODE=1`): each side of each repetition gets the same fresh
texts and an empty cache, and the sides take turns. Prefilled tokens are the server's own count. `--passes` measures
-O0 and every pass switched off, of the programs whose plan that changes.
"""

import argparse
import asyncio
import json
import sys
from typing import Any

from . import results
from .gain_cases import CASES
from .gain_sides import NUMBERS, Bench, Found, Taken, builds_of
from .gain_tables import cells, page
from .server_counts import Counts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gains", description=main.__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the server, without /v1")
    parser.add_argument("--model", help="folder of its model; the default model without it")
    parser.add_argument("--cases", default="roomy", choices=CASES)
    parser.add_argument("--only", default="", help="programs; all without it")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--warm", action="store_true", help="the server has been asked already")
    parser.add_argument("--passes", action="store_true", help="-O0 and each pass off as well")
    parser.add_argument("--add", action="store_true", help="keep the other rows of earlier runs")
    parser.add_argument("--name", default="gains", help="the files under benchmarks/results/")
    return parser.parse_args()


async def run(options: argparse.Namespace) -> str:
    """Measure, and write `results/NAME.{json,md}` after every program."""
    from sglc.runtime.models.folders import resolve_model

    model = resolve_model(options.model)
    bench = Bench(options.url, model, options.repeats, options.warm)
    cases = CASES[options.cases]
    only = options.only.split(",") if options.only else [case.name for case in cases]
    rows = _before(options) if options.add else {}
    text = ""
    for case in (case for case in cases if case.name in only):
        found = await bench.measure(case, builds_of(case, model, options.passes))
        rows[case.name] = found
        print(" | ".join(cells(found)), file=sys.stderr, flush=True)
        ordered = [rows[case.name] for case in cases if case.name in rows]
        text = _report(options, ordered, *await bench.settings())
    return text


def _before(options: argparse.Namespace) -> dict[str, Found]:
    """The rows that the files hold already."""
    path = results.RESULTS / f"{options.name}.json"
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    cases = {case.name: case for case in CASES[options.cases]}
    found = [row for row in rows if row["program"] in cases and row.keys() >= set(NUMBERS)]
    return {row["program"]: _found(cases[row["program"]], row) for row in found}


def _found(case: Any, row: dict[str, Any]) -> Found:
    sides = {
        name: Taken(side["times"], Counts(**side["counts"]), side["client_s"])
        for name, side in row["sides"].items()
    }
    return Found(case, sides, **{name: row[name] for name in NUMBERS})


def _report(
    options: argparse.Namespace, found: list[Found], server: str, block: int, blocks: int
) -> str:
    environment = results.environment()
    load = f"{min(f.load for f in found):.0f} and {max(f.load for f in found):.0f}"
    settings = f"prefix caching on, {blocks:,} blocks of {block} tokens"
    repeats = f"{options.repeats}" if options.warm else f"{options.repeats} after one not counted"
    notes = {"server": server, "settings": settings, "block": block, "repeats": repeats}
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
