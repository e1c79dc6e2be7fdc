"""Programs under one chat template: how they are planned, and whether a run kept what was promised.

It must ask what the template renders, as the plan said, and compute nothing twice. Shared by the test over published
templates and by the table of `docs/models.md`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts import calls, is_tight, mispredicted, run_traced, trace_lines
from example_programs import Example

from sglc.compiler.driver.compilation import Options, compile_module, load
from sglc.compiler.driver.targets import Choice
from sglc.ir.diagnostic import CompileFailed
from sglc.ir.meaning.interpret import run
from sglc.ir.module import Module
from sglc.ir.target import ChatTemplate, Target, Tokenizer
from sglc.ir.target.tokenizer import ESTIMATE
from sglc.passes.pipeline import read_pipeline
from sglc.passes.running.context import Context
from sglc.passes.running.runner import RunOptions, run_pipeline
from sglc.runtime.backends.mock import MockBackend

NAMED = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
_CONTROL = re.compile(r"<[^<>\s'\"{}]{1,40}>|\[/?[A-Z_]{3,}\]")


_SEEDS = 3
"""How many runs are tried: two answers may be equal by chance, and no plan can foresee that."""
_BEFORE_TEXT = "inline,fold-constants,move-code"
"""The passes after which turns are still turns, and sections stand where they will be asked."""


@dataclass(frozen=True)
class Verdict:
    """What became of one program under one template."""

    how: str
    why: str = ""
    differs: int = 0
    mispredicted: int = 0
    is_tight: bool = True
    calls: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether every promise was kept."""
        return not self.differs and not self.mispredicted and self.is_tight


def target_of(name: str, source: str) -> Target:
    """The estimating tokenizer, with the control tokens that the template writes, and the template."""
    data = json.loads(ESTIMATE.read_text("utf-8"))
    known = {token["content"] for token in data["added_tokens"]}
    number = max(data["model"]["vocab"].values()) + 1000
    for text in dict.fromkeys([*NAMED.values(), *_CONTROL.findall(source)]):
        if text not in known:
            token = dict(data["added_tokens"][0]) | {"id": number, "content": text, "special": True}
            data["added_tokens"].append(token)
            number += 1
    tokenizer = Tokenizer.from_json(json.dumps(data), eos=("<|im_end|>",), approximate=True)
    return Target(name, tokenizer, ChatTemplate(source, NAMED))


def judge(example: Example, target: Target, folder: Path, level: int = 1) -> Verdict:
    """Compile a program for a target, run a row, and hold it to the reference interpreter."""
    module, _ = load(example.path)
    try:
        made = compile_module(module, Options(level=level), Choice(target))
    except CompileFailed as failed:
        found = failed.diagnostics[0]
        return Verdict("refused", found.headline)
    how = "rendered whole" if made.plan.target.whole_render else "planned"
    if how == "planned" and not any("in another way" in r.what for r in made.context.remarks):
        how = "composes"
    why = next((r.why for r in made.context.remarks if "rendered whole" in r.what), "")
    verdict = Verdict(how, why)
    for seed in range(_SEEDS):
        path = folder / "t.jsonl"
        results = run_traced(made, example, MockBackend(target), path, seed=seed)
        if results[0].error:
            return Verdict("failed", results[0].error.message)
        found = calls(path)
        differs = _differing(example, module, target, found, seed)
        verdict = Verdict(how, why, differs, len(mispredicted(path)), is_tight(path), len(found))
        if verdict.is_kept:
            break
    return verdict


def _differing(
    example: Example, module: Module, target: Target, found: list[dict[str, Any]], seed: int
) -> int:
    """How many calls are not asked with what the template renders; of a call in pieces the first counts."""
    turned = run_pipeline(module, read_pipeline(_BEFORE_TEXT), Context(target), RunOptions())
    row = dict(example.rows[0])
    meant = run(turned, example.name, row, target=target, hosts=example.hosts, run_seed=seed)
    wanted = {(call.path[-1], call.indices): call.asked for call in meant.transcript}
    asked: dict[tuple[str, tuple[int, ...]], tuple[int, ...]] = {}
    for call in found:
        asked.setdefault((call["site"], tuple(call["indices"])), tuple(call["prompt"]))
    return sum(wanted.get(key) != prompt for key, prompt in asked.items())


def notes(path: Path) -> list[str]:
    """The notes of a trace."""
    return [record["message"] for record in trace_lines(path) if record["type"] == "note"]
