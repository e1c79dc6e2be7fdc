"""Runs the programs of a file with our front end, and shows what was asked as SGLang's client would send it."""

from __future__ import annotations

import asyncio
import linecache
import signal
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from frontend import endpoint
from plan_writer import TARGET

import sglc as sgl
from sglc.ir.sampling import Constraint, Sampling
from sglc.ir.target import Part
from sglc.runtime.backend import (
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)

SECONDS = 10
Answer = Callable[..., str]


class Recorder:
    """A backend that keeps what it is asked, and answers as the peer's does."""

    name = "recorder"
    capabilities = Capabilities()

    def __init__(self, answer: Answer, choice: Answer) -> None:
        self.asked: list[list[Any]] = []
        self._answer, self._choice = answer, choice

    async def generate(self, request: GenRequest) -> GenReply:
        text = TARGET.tokenizer.decode(request.ids)
        samples = len(request.seeds)
        self.asked.append(["gen", text, body_of(request.sampling, request.constraint, samples)])
        await asyncio.sleep(0)
        regex = request.constraint and request.constraint.kind == "regex"
        schema = bool(request.constraint and request.constraint.kind == "json")
        texts = [
            self._answer(text, at, request.constraint.text if regex else None, schema)  # type: ignore[union-attr]
            for at in range(samples)
        ]
        for sample, said in enumerate(texts):
            for token in _ids(said) if request.on_tokens else ():
                request.on_tokens(sample, (token,))  # type: ignore[misc]
        done = tuple(Completion(_ids(said), _ids(said), said, "eos") for said in texts)
        return GenReply(done, Usage(prompt=len(request.ids), prefilled=len(request.ids)))

    async def select(self, request: SelectRequest) -> SelectReply:
        text = TARGET.tokenizer.decode(request.ids)
        choices = [TARGET.tokenizer.decode(each) for each in request.choices]
        self.asked.append(["select", text, choices])
        wanted = self._choice(text, choices)
        scores = tuple(
            (0.0 if said == wanted else -1.0,) * len(ids)
            for said, ids in zip(choices, request.choices, strict=True)
        )
        alone = tuple((-1.0,) * len(ids) for ids in request.choices)
        return SelectReply(
            scores,
            Usage(prompt=len(request.ids)),
            alone if request.unconditional is not None else (),
        )

    async def prefill(self, request: PrefillRequest) -> Usage:
        return Usage(prefilled=len(request.ids))

    def hint(self, hint: Retain | Release) -> None:
        pass

    async def close(self) -> None:
        pass


def _ids(text: str) -> tuple[int, ...]:
    return TARGET.tokenizer.encode((Part(text, False),), continuation=True)


def body_of(sampling: Sampling, constraint: Constraint | None, samples: int) -> dict[str, Any]:
    """The parameters of a call by SGLang's names, as its client sends them."""
    kind = constraint.kind if constraint else ""
    return {
        "max_new_tokens": sampling.max_tokens,
        "min_new_tokens": sampling.min_tokens,
        "n": samples,
        "stop": list(sampling.stop),
        "stop_token_ids": list(sampling.stop_token_ids),
        "stop_regex": list(sampling.stop_regex),
        "regex": constraint.text if constraint and kind == "regex" else None,
        "json_schema": constraint.text if constraint and kind == "json" else None,
        "return_logprob": sampling.logprobs or sampling.top_logprobs > 0,
        "top_logprobs_num": sampling.top_logprobs,
    } | {
        name: getattr(sampling, name)
        for name in (
            "temperature", "top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "ignore_eos",
        )
    }  # fmt: skip


def load(path: Path) -> Any:
    """The module of a file of programs, by a name of its own."""
    text = path.read_text("utf-8")
    name = f"programs_{path.stem}"
    module = types.ModuleType(name)
    module.__file__ = str(path)
    linecache.cache[str(path)] = (len(text), None, text.splitlines(keepends=True), str(path))
    sys.modules[name] = module
    exec(compile(text, str(path), "exec"), vars(module))
    return module


def _stop(*_: object) -> None:
    raise TimeoutError("it waits for what never comes")


def run_case(case: Any, answer: Answer, choice: Answer, mode: str = "auto") -> dict[str, Any]:
    """What one case asked, what came of it, and whether it was compiled."""
    found: dict[str, Any] = {}
    recorder = Recorder(answer, choice)
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(SECONDS)
    with endpoint(recorder) as backend, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        sgl.set_default_backend(backend)
        try:
            if case.is_program:
                state = case.run.run(**case.given, mode=mode)
                error = state.error()
                found["error"] = repr(error) if error else None
                found |= {"text": state.text(), "messages": state.messages()}
                found["value"] = repr(state.ret_value)
                found["variables"] = {name: repr(state[name]) for name in state.keys()}
            else:
                found["value"] = repr(case.run())
        except Exception as error:
            found["raised"] = f"{type(error).__name__}: {error}"
        finally:
            signal.alarm(0)
            sgl.set_default_backend(None)
        direct = _refusals(case, backend) if case.is_program else _warned(said)
    return {**found, "calls": recorder.asked, "direct": direct}


def _refusals(case: Any, backend: sgl.Endpoint) -> list[str]:
    """Why a program can't be compiled for these arguments; nothing when it can."""
    try:
        case.run.compile(**case.given, backend=backend)
    except sgl.CompileFailed as failed:
        return [str(each) for each in failed.diagnostics]
    except TypeError as error:
        return [str(error)]
    return []


def _warned(said: list[warnings.WarningMessage]) -> list[str]:
    return [str(each.message) for each in said if each.category is sgl.DirectModeWarning]
