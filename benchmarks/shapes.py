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
from pathlib import Path
from typing import Any

import torch

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import resolve_model

from . import floors, results
from .contenders import Contender, Ours, Peer
from .peers import KV_TOKENS, measure
from .server_process import free_port, versions
from .vllm_server import PACKAGES, serve
from .watched import REST, STAGES, Watched
from .workloads import OWN, PREFIX, ROWS, Material, Row, shared

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

# What is asked of a row: at most so many times its floor, alone and in a batch; and vLLM's time over ours.
ALONE, TOGETHER, RATIO = 1.6, 1.3, 1.2
ARMS = Row(
    "arms-64",
    "64 requests at once, 2,500-token prefix, 32 tokens each",
    RATIO,
    [
        floors.prefill(PREFIX, logits=0),
        floors.extend(64, OWN, PREFIX),
        floors.decode(64, 31, OWN, PREFIX),
    ],
    asks=shared(64, 32),
)
MEASURED = (
    *("decode-1", "decode-8", "decode-32", "prefill", "shared-32", "json-32", "fork-8", "judge"),
)
ALL = (*(row for row in ROWS if row.name in MEASURED), ARMS)

NOTE = """
The best of one to three repetitions, ours and vLLM's in turns, after one that is not counted; ° where a side was asked
once and not before, since that takes minutes. Both sides bfloat16, 2 threads, prefix caching on. Weights are
random but SmolLM2's; sizes are the models' own. Ratio: vLLM's time over ours, at least {ratio} asked for. x floor: our
time over the least that this machine can take for the row, from the rates right before and after it: of products the
best, of memory the median, since it gives twice as much for a second now and then. Asked for are
at most {together}, and {alone} for a single stream. Bold: not reached. What follows says of what our time is made, in
seconds: forwards of the model, logits and choice of tokens, planning of attention, scheduling, and what the engine
waited for those who ask. Load: how many threads wanted a core in the minute before the row; two are the rows' own.
"""


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
    warmed = options.warm.split(",") if options.warm else names
    size, material = floors.Size.of(model), Material(model)
    peer = versions(options.vllm, PACKAGES) if options.vllm else None
    with ExitStack() as stack:
        sides: list[Contender] = []
        if options.vllm:
            sides.append(
                Peer(
                    "vllm threads=0-1",
                    stack.enter_context(
                        serve(options.vllm, model, threads="0-1", port=free_port())
                    ),
                )
            )
        ours = Watched(Ours(EngineBackend(model, kv_cache_tokens=KV_TOKENS), model))
        sides.append(ours)
        for row in (row for row in ALL if row.name in names):
            is_warm = row.name in warmed
            repeats = options.repeats if is_warm else 1
            before = floors.usual()
            found = measure(row, sides, material, repeats, None if is_warm else [ours])
            machine = before.between(floors.usual())
            written = ours.written(found.ours)
            found.floor = floors.floor(row.least(written), size, machine)
            data = found.data() | {"stages": ours.stages(found.ours), "repeats": repeats}
            data |= {"is_warm": True, "is_vllm_warm": is_warm, "written": asdict(written)}
            keep(options.shape, data | {"load": found.load, "machine": str(machine)}, peer)
            print(options.shape, *found.cells(), sep=" | ", file=sys.stderr, flush=True)


def keep(shape: str, row: dict[str, Any], vllm: str | None) -> None:
    """Put a row into the results, in place of what was there of it."""
    file = results.RESULTS / f"{NAME}.json"
    data: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"shapes": {}}
    environment = results.environment()
    data |= {"environment": environment, "vllm": vllm or data.get("vllm")}
    data["shapes"].setdefault(shape, {})[row["name"]] = row | {"date": environment["date"]}
    results.write(NAME, data, page(data))


def page(data: dict[str, Any]) -> str:
    """The results as Markdown."""
    note = NOTE.format(ratio=RATIO, together=TOGETHER, alone=ALONE)
    shapes: dict[str, dict[str, Any]] = data["shapes"]
    text = f"# Shapes\n\n{results.headline(data['environment'])}{note}vLLM: {data['vllm'] or 'not run'}.\n"
    for shape, rows in shapes.items():
        cells = [_cells(rows[row.name]) for row in ALL if row.name in rows]
        head = [
            "",
            "sglc, s",
            "vLLM, s",
            "ratio",
            "x floor",
            *STAGES.values(),
            REST,
            "load",
            "rates",
        ]
        text += f"\n## {shape}\n\n{results.table(head, cells)}"
    return text


def limit(name: str) -> float:
    """How many times its floor a row may take."""
    return ALONE if name == "decode-1" else TOGETHER


def _cells(row: dict[str, Any]) -> list[str]:
    times = {name: min(taken) for name, taken in row["times"].items() if taken}
    ours, others = times.pop(Ours.name), list(times.values())
    ratio = _figure(row["ratio"], row["ratio"] is None or row["ratio"] >= RATIO)
    floor = _figure(row["x_floor"], row["x_floor"] <= limit(row["name"]))
    other = f"{min(others):.2f}{_mark(row['is_vllm_warm'])}" if others else "-"
    stages = [f"{seconds:.2f}" for seconds in row["stages"].values()]
    load = f"{row['load']:.1f}"
    return [
        row["title"],
        f"{ours:.2f}{_mark(row['is_warm'])}",
        other,
        ratio,
        floor,
        *stages,
        load,
        row["machine"],
    ]


def _mark(is_warm: bool) -> str:
    return "" if is_warm else "°"


def _figure(value: float | None, is_reached: bool) -> str:
    text = "-" if value is None else f"{value:.2f}"
    return text if is_reached else f"**{text}**"


def main() -> None:
    """Write the models, or measure one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shapes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make").add_argument("folder", type=Path)
    taking = commands.add_parser("measure")
    taking.add_argument("shape", choices=[DEFAULT, *SHAPES])
    taking.add_argument("--models", type=Path, help="where `make` has written them")
    taking.add_argument("--vllm", type=Path, help="virtual environment that has vLLM")
    taking.add_argument("--rows", default="", help=f"of: {', '.join(row.name for row in ALL)}")
    taking.add_argument("--repeats", type=int, default=3)
    taking.add_argument(
        "--warm", default="", help="rows of which vLLM, too, is asked before; others are asked once"
    )
    options = parser.parse_args()
    if options.command == "make":
        make(options.folder)
    else:
        take(options)


if __name__ == "__main__":
    main()
