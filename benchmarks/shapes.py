"""Models of several shapes against what the machine could do, and against vLLM: random weights, real sizes.

    python -m benchmarks.shapes make FOLDER                                  writes the models, 7 GB
    python -m benchmarks.shapes measure qwen3-0.6b --models FOLDER [--vllm VENV] [--rows decode-1,decode-8]

A shape is measured by itself, in as many pieces as are wanted: what was measured before of it and of the others stays
in `results/shapes.json`, and the page and the plot are written anew. See `peers.py` for what a row is.
"""

import argparse
import json
import shutil
import sys
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import resolve_model

from . import floors, results
from .contenders import Contender, Ours, Peer
from .peers import KV_TOKENS
from .rates import Probe
from .server_process import free_port, versions
from .shapes_page import ALL, cells, page
from .turns import LOOK_PRODUCTS, Floor, Patience, Turns
from .turns import take as turns_of
from .vllm_server import PACKAGES, serve
from .watched import Watched
from .workloads import Material, Row

NAME = "shapes"
DEFAULT = "smollm2-135m"
SHAPES: dict[str, dict[str, Any]] = {
    "qwen3-0.6b": {
        "model_type": "qwen3", "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28,
        "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936,
    },
    "llama-3.2-1b": {
        "model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
        "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "vocab_size": 128256,
    },
    "qwen2.5-1.5b": {
        "model_type": "qwen2", "hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28,
        "num_attention_heads": 12, "num_key_value_heads": 2, "vocab_size": 151936,
    },
}  # fmt: skip
ALIKE = {"tie_word_embeddings": True, "max_position_embeddings": 32768, "dtype": "bfloat16"}
TOKENIZER = ("tokenizer", "special", "vocab", "merges", "chat")


def make(folder: Path) -> None:
    """Write a model of each shape: random weights, the default model's tokenizer."""
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.set_default_dtype(torch.bfloat16)
    for name, sizes in SHAPES.items():
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**sizes, **ALIKE))
        model.save_pretrained(folder / name)
        for file in resolve_model(None).iterdir():
            if file.name.startswith(TOKENIZER):
                shutil.copy(file, folder / name)
        print(f"{name}: {sum(p.numel() for p in model.parameters()) / 1e6:.0f} million parameters")


def take(options: argparse.Namespace) -> None:
    """Measure one shape and write what there is of all."""
    model = resolve_model(None if options.shape == DEFAULT else str(options.models / options.shape))
    names = options.rows.split(",") if options.rows else [row.name for row in ALL]
    material, probe = Material(model), Probe()
    patience = Patience(options.first, options.all)
    peer = versions(options.vllm, PACKAGES) if options.vllm else None
    with ExitStack() as stack:
        sides: list[Contender] = []
        if options.vllm:
            server = serve(options.vllm, model, threads="0-1", port=free_port())
            sides.append(Peer("vllm threads=0-1", stack.enter_context(server)))
        ours = Watched(Ours(EngineBackend(model, kv_cache_tokens=KV_TOKENS), model))
        sides.append(ours)
        for row in (row for row in ALL if row.name in names):
            load, products = results.load(), probe.products(LOOK_PRODUCTS)
            floor = partial(_floor, row, floors.Size.of(model), ours, products)
            turns = turns_of(row, sides, material, probe, floor, patience)
            data = {"load": load, "products": products, **_data(row, turns, floor, ours)}
            keep(options.shape, data, peer)
            print(options.shape, *cells(data), sep=" | ", file=sys.stderr, flush=True)


def _floor(
    row: Row, size: floors.Size, ours: Watched, products: float, seconds: float, memory: float
) -> float:
    """See `turns.Floor`."""
    machine = floors.Machine(products, memory)
    return floors.floor(row.least(ours.written(seconds)), size, machine)


def _data(row: Row, turns: Turns, floor: Floor, ours: Watched) -> dict[str, Any]:
    """All of a row, for the JSON file."""
    best = turns.best(ours.name)
    return {
        "name": row.name,
        "title": row.title,
        "turns": [asdict(turn) for turn in turns.taken],
        "cold": sorted(turns.cold),
        "failures": turns.failures,
        "ratio": turns.ratio,
        "pairs": turns.pairs(floor),
        **turns.judge(floor).data(),
        "stages": ours.stages(best),
        "written": asdict(ours.written(best)),
    }


def keep(shape: str, row: dict[str, Any], vllm: str | None) -> None:
    """Put a row into the results, in place of what was there of it."""
    file = results.RESULTS / f"{NAME}.json"
    data: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"shapes": {}}
    environment = results.environment()
    data |= {"environment": environment, "vllm": vllm or data.get("vllm")}
    if any("turns" not in old for rows in data["shapes"].values() for old in rows.values()):
        data["shapes"] = {}  # of another form, whose floors were others
    data["shapes"].setdefault(shape, {})[row["name"]] = row | {"date": environment["date"]}
    results.write(NAME, data, page(data))


def main() -> None:
    """Write the models, or measure one."""
    usual = Patience()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shapes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make").add_argument("folder", type=Path)
    taking = commands.add_parser("measure")
    taking.add_argument("shape", choices=[DEFAULT, *SHAPES])
    taking.add_argument("--models", type=Path, help="where `make` has written them")
    taking.add_argument("--vllm", type=Path, help="virtual environment that has vLLM")
    taking.add_argument("--rows", default="", help=f"of: {', '.join(row.name for row in ALL)}")
    taking.add_argument(
        "--first",
        type=float,
        default=usual.first,
        help="seconds; who takes longer is asked once",
    )
    taking.add_argument(
        "--all", type=float, default=usual.all, help="seconds of a side in a row, then no more"
    )
    options = parser.parse_args()
    if options.command == "make":
        make(options.folder)
    else:
        take(options)


if __name__ == "__main__":
    main()
