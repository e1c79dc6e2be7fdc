"""Stage 4b: prompts in chunks, draws from many rows, and mixed steps of a whole engine, counting what it compiles."""

import random
import tempfile
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import torch

from sglc.ir.sampling import Sampling
from sglc.ir.target import Tokenizer
from sglc.runtime.backend import GenRequest
from sglc.runtime.engine.engine import Engine
from sglc.runtime.engine.generation import GenJob
from sglc.runtime.engine.options import EngineOptions
from sglc.runtime.engine.parts import Parts
from sglc.runtime.engine.radix import RadixCache
from sglc.runtime.engine.sampler import Row, Sampler
from sglc.runtime.engine.warm_up import warm_up

from .record import Record
from .rig import Rig

STALL_S = 0.05
SAMPLINGS = {
    "greedy": Sampling(),
    "temperature": Sampling(temperature=1.0),
    "top_p": Sampling(temperature=1.0, top_p=0.9),
    "wide top_p": Sampling(temperature=1.5, top_p=0.99),
    "penalties": Sampling(temperature=1.0, repetition_penalty=1.1, frequency_penalty=0.1),
}


def measure(record: Record, rig: Rig) -> None:
    """Short ones first."""
    for chunk in rig.scale.chunks:
        prefill(record, rig, chunk)
    for name, sampling in SAMPLINGS.items():
        draws(record, rig, name, sampling)
    mixed(record, rig)


def prefill(record: Record, rig: Rig, chunk: int) -> None:
    """A prompt's first chunk, against the rate of a large product."""
    batch = rig.prompt(chunk)
    seconds = rig.seconds(lambda: rig.eager(rig.attention, batch))
    products = 2 * chunk * rig.weight_bytes / rig.dtype.itemsize
    record.add(
        "prefill",
        chunk=chunk,
        ms=seconds * 1e3,
        tokens_s=chunk / seconds,
        tflop_s=products / seconds / 1e12,
    )


def draws(record: Record, rig: Rig, name: str, sampling: Sampling) -> None:
    """The next token of many rows, from logits like a model's."""
    count, vocab = rig.scale.sampled, rig.scale.shape.vocab
    logits = torch.randn(count, vocab, dtype=rig.dtype, device=rig.device) * 3
    rows = [Row(sampling, seed=i) for i in range(count)]
    prompt = torch.arange(100, dtype=torch.int32).numpy()
    for row in rows:
        row.start_counting(prompt[:50], prompt[50:], vocab, rig.device)
    sampler = Sampler(vocab, in_one_kernel=True)  # in a rehearsal, too
    seconds = rig.seconds(lambda: sampler.sample(logits.clone(), rows))
    record.add("sampling", rows=count, kind=name, ms=seconds * 1e3)


def mixed(record: Record, rig: Rig) -> None:
    """Arrivals amid decoding, until enough steps have run: the longest of them, and what was compiled in them."""
    graphs = rig.graphs(rig.attention)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = _tokenizer(Path(folder))
    parts = Parts(
        model=rig.model,
        pool=rig.pool,
        attention=rig.attention,
        graphs=graphs,
        make_grammar=lambda: 1 / 0,  # type: ignore[arg-type,return-value]
        tokenizer=tokenizer,
        cache=RadixCache(),
        policy=EngineOptions().policy(on_card=True),
        overlaps=True,
    )
    start = time.perf_counter()
    with torch.inference_mode():
        warm_up(parts)
    warm = time.perf_counter() - start
    compiled, engine = _watch_compilers(), Engine(parts)
    times = _time_steps(engine)
    engine.start()
    _load(engine, rig)
    engine.close()
    found = engine.metrics()
    decode = [b.seconds for a, b in pairwise(times) if a.decodes and b.decodes]
    record.add(
        "mixed steps",
        warm_up_s=warm,
        steps=len(times),
        tokens=found.tokens["decoded"],
        overlapped=found.overlapped,
        replays=graphs.replays,
        median_ms=median(decode) * 1e3 if decode else None,
        longest_ms=max(decode, default=0) * 1e3,
        longest_with_prompts_ms=max(step.seconds for step in times) * 1e3,
        stalls=sum(t > STALL_S for t in decode),
        compiled=len(compiled),
    )


def _load(engine: Engine, rig: Rig) -> None:
    """Requests of any length that come one by one, until the engine has run its steps."""
    rng = random.Random(0)
    open_requests: list[threading.Event] = []
    least = engine.times.forwards + rig.scale.steps
    late = time.perf_counter() + 60
    while engine.times.forwards < least and time.perf_counter() < late:
        ids = tuple(
            rng.randrange(250)
            for _ in range(rng.randrange(rig.scale.longest // 8, rig.scale.longest))
        )
        sampling = Sampling(
            max_tokens=rng.randrange(4, rig.scale.side_by_side + 16),
            temperature=rng.choice((0.0, 1.0)),
            top_p=rng.choice((1.0, 0.9)),
            frequency_penalty=rng.choice((0.0, 0.0, 0.5)),
            ignore_eos=True,
        )
        ended = threading.Event()
        open_requests.append(ended)
        request = GenRequest(ids, sampling, (len(open_requests),))
        done = lambda reply, error, e=ended: e.set()  # noqa: E731
        engine.submit(GenJob(request, engine.parts.tokenizer, None, done))
        while sum(not e.is_set() for e in open_requests) > rig.scale.side_by_side:
            time.sleep(0.001)
        time.sleep(rng.choice((0.0, 0.002)))
    for ended in open_requests:
        ended.wait(timeout=30)


@dataclass(frozen=True, slots=True)
class Timed:
    """A step. One that decodes may still wait for a prompt's chunk before it, whose tokens it reads."""

    seconds: float
    decodes: bool


def _time_steps(engine: Engine) -> list[Timed]:
    """The engine's steps from now on, as they end."""
    step, times, found = engine.steps.step, engine.times, list[Timed]()

    def timed() -> None:
        start, decoded = time.perf_counter(), times.decode_forwards
        step()
        seconds = time.perf_counter() - start
        found.append(Timed(seconds, times.decode_forwards > decoded))

    engine.steps.step = timed  # type: ignore[method-assign]
    return found


def _watch_compilers() -> list[str]:
    """From now on, the kernels that Triton has no variant of when they are launched."""
    from triton import knobs

    seen: list[str] = []

    def hook(**told: Any) -> None:
        seen.append(told["fn"].name)

    knobs.runtime.jit_cache_hook = hook
    return seen


def _tokenizer(folder: Path) -> Tokenizer:
    """Bytes, and an end."""
    from tokenizers import Tokenizer as Bytes
    from tokenizers import decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Bytes(models.BPE({text: i for i, text in enumerate(alphabet)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["<|end|>"])
    made.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"eos_token": "<|end|>"}')
    return Tokenizer.from_file(folder)
