"""Whether the engine's texts in float32 are those of transformers, for models of several shapes.

    python -m benchmarks.same_texts [SHAPE …] [--models FOLDER] [--write]      shapes of `shapes`

Requests with one prefix, and some without it, all at once and greedily; transformers continues each alone. What was
written before stays for the shapes that aren't asked for.
"""

import argparse
import asyncio
import gc
import json
from pathlib import Path
from typing import Any

import torch

from sglc.ir.sampling import Sampling
from sglc.runtime.backend import GenRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.models.folders import resolve_model

from .results import RESULTS, environment, headline, table, write
from .shapes import DEFAULT, SHAPES
from .workloads import Material

NAME = "same_texts"
PREFIX, OWN, ALONE, TOKENS = 100, 20, 60, 24
SHARING, APART = 6, 2

NOTE = f"""
Float32, greedy, {TOKENS} tokens each: {SHARING} requests that share a prefix of {PREFIX} tokens and {APART} that share
nothing, all at once in our engine; transformers continues each of them alone. Nearest: the least lead of a token that
transformers chose over the next likely, as logits. Where texts part, a lead of rounding's size is the reason.

"""

Ids = tuple[int, ...]


def prompts(model: Path) -> list[Ids]:
    """What is asked."""
    material = Material(model)
    shared = tuple(material.ids(PREFIX, "texts shared"))
    own = [shared + tuple(material.ids(OWN, f"texts {i}")) for i in range(SHARING)]
    return own + [tuple(material.ids(ALONE, f"texts apart {i}")) for i in range(APART)]


async def ours(model: Path, asked: list[Ids]) -> list[Ids]:
    """The engine's tokens, and all of its memory given back."""
    backend = EngineBackend(model, dtype="float32", kv_cache_tokens=4000)
    sampling = Sampling(max_tokens=TOKENS, ignore_eos=True)
    try:
        replies = [backend.generate(GenRequest(ids, sampling, (0,))) for ids in asked]
        return [tuple(reply.completions[0].ids) for reply in await asyncio.gather(*replies)]
    finally:
        await backend.close()


def theirs(model: Path, asked: list[Ids]) -> tuple[list[Ids], float]:
    """The tokens of transformers, and the least lead of a chosen one."""
    from transformers import AutoModelForCausalLM

    loaded: Any = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    found, nearest = list[Ids](), float("inf")
    for ids in asked:
        text, lead = _continue(loaded, ids)
        found.append(text)
        nearest = min(nearest, lead)
    return found, nearest


@torch.inference_mode()
def _continue(model: Any, ids: Ids) -> tuple[Ids, float]:
    fed, past, text, nearest = torch.tensor([ids]), None, list[int](), float("inf")
    for _ in range(TOKENS):
        out = model(fed, past_key_values=past, use_cache=True, logits_to_keep=1)
        first, second = out.logits[0, -1].topk(2).values.tolist()
        past, token = out.past_key_values, int(out.logits[0, -1].argmax())
        nearest = min(nearest, first - second)
        text.append(token)
        fed = torch.tensor([[token]])
    return tuple(text), nearest


def compare(model: Path) -> dict[str, Any]:
    """How many texts and tokens are the same."""
    asked = prompts(model)
    mine = asyncio.run(ours(model, asked))
    gc.collect()
    others, nearest = theirs(model, asked)
    same = [
        sum(a == b for a, b in zip(x, y, strict=True)) for x, y in zip(mine, others, strict=True)
    ]
    return {
        "texts": len(asked),
        "same_texts": same.count(TOKENS),
        "tokens": TOKENS * len(asked),
        "same_tokens": sum(same),
        "nearest": nearest,
    }


def page(data: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines = [
        [
            shape,
            f"{row['same_texts']} of {row['texts']}",
            f"{row['same_tokens']} of {row['tokens']}",
            f"{row['nearest']:.1e}",
            row["date"],
        ]
        for shape, row in data["shapes"].items()
    ]
    head = ["", "texts that are the same", "tokens", "nearest", "taken"]
    return f"# Texts in float32\n\n{headline(data['environment'])}{NOTE}{table(head, lines)}"


def main() -> None:
    """Compare each shape, print and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same_texts", description=__doc__)
    parser.add_argument("shapes", nargs="*", default=[DEFAULT], help=", ".join([DEFAULT, *SHAPES]))
    parser.add_argument("--models", type=Path, help="where `shapes make` has written them")
    parser.add_argument("--write", action="store_true", help="write the results")
    options = parser.parse_args()
    file, found = RESULTS / f"{NAME}.json", environment()
    data: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"shapes": {}}
    data["environment"] = found
    for shape in options.shapes:
        model = resolve_model(None if shape == DEFAULT else str(options.models / shape))
        data["shapes"][shape] = compare(model) | {"date": found["date"]}
        print(shape, data["shapes"][shape], flush=True)
        if options.write:
            write(NAME, data, page(data))


if __name__ == "__main__":
    main()
