"""The engine's options, with the names that people know, and how an engine is put together from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ...ir.target import Tokenizer
from ..models.config import read_config
from ..models.error import ModelError
from ..models.folders import resolve_model
from ..models.kinds import HELP, check_kind
from ..models.names import shown_name
from .attention.base import Attention
from .attention.native_backend import NativeAttention, can_run
from .attention.none import NoAttention
from .attention.torch_backend import LEAST_SAVED, TorchAttention
from .capacity import tokens_that_fit
from .device import is_out_of_memory, use
from .engine import Engine
from .grammar.choice import GRAMMAR_BACKENDS, make_grammar_backend
from .loading import load_model
from .model import Model, ModelUnsupported
from .native.ahead import Ahead
from .native.kernels import HEAD_MULTIPLE, MOST_HEAD, Kernels, load_kernels
from .native_llama import NativeLlama
from .parts import Parts
from .pool import Pool
from .process import in_a_passing_thread, keep_freed_memory
from .radix import RadixCache
from .scheduler import Policy
from .warm_up import warm_up

if TYPE_CHECKING:
    from .cuda_graphs import DecodeGraphs


# Tokens of prompts that a step computes: beside decoding tasks, which wait for them, and apart on a card.
CHUNKS = {False: 512, True: 4096}


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What an engine is built from. Memory is touched only as it is used."""

    model_path: str | Path | None = None  # None: the default model
    dtype: str = "auto"  # bfloat16 where the hardware has it, else float32
    device: str = "auto"
    kv_cache_tokens: int | None = None  # slots of the pool; None: from `mem_fraction_static`
    # share of the card for weights and pool together; on a CPU, of the memory for the pool. None: 0.88, or 0.3
    mem_fraction_static: float | None = None
    chunked_prefill_size: int | None = None  # None: 512 beside decoding tasks, 4096 on a card
    max_running_requests: int = 256
    schedule_policy: str = "lpm"  # or `fcfs`
    schedule_age_weight: float = 50.0
    eviction_policy: str = "lru"  # with the plan's hints; or `lru-plain`, `fifo`
    page_size: int = 1
    disable_radix_cache: bool = False
    wait_for_siblings: bool = True
    disable_cascade: bool = (
        False  # attend to a shared prefix once per request instead of once per group
    )
    attention_backend: str = (
        "auto"  # `torch`, `native` (C kernels, on a CPU), `triton`, `flashinfer`
    )
    disable_native_kernels: bool = False  # torch's operations instead of the C kernels
    disable_cuda_graph: bool = False
    disable_warm_up: bool = False  # compile kernels and capture graphs when they are first needed
    disable_overlap_schedule: bool = False  # read each step's tokens before the next is scheduled
    grammar_backend: str = (
        "auto"  # `xgrammar`, `llguidance`, `outlines`, or the first of them that is exact
    )
    model_impl: str = "auto"  # `fast`, `transformers`, or the first of them that can
    context_length: int | None = (
        None  # of a text, in tokens; None: as long as the model answers as in its library
    )
    speculative_tokens: int = 0  # guess so many tokens a step by looking them up in the prompt
    threads: int | None = None  # of torch; None leaves them as they are
    preempt_every: int = 0  # for tests
    overlap_on_cpu: bool = False  # for tests: there is nothing to gain

    def policy(self, on_card: bool = False) -> Policy:
        """The scheduler's part. A card computes prompts apart from decode steps, and much at a time."""
        return Policy(
            chunked_prefill_size=self.chunked_prefill_size or CHUNKS[on_card],
            prefill_apart=on_card,
            max_running_requests=self.max_running_requests,
            schedule_policy=self.schedule_policy,
            age_weight=self.schedule_age_weight,
            wait_for_siblings=self.wait_for_siblings,
            disable_radix_cache=self.disable_radix_cache,
            speculative_tokens=self.speculative_tokens,
            preempt_every=self.preempt_every,
        )


def build_engine(options: EngineOptions, ahead: Ahead | None = None) -> Engine:
    """Load the model, into memory taken `ahead`, and put an engine together. Raises ModelError or ValueError."""
    _check(options)
    keep_freed_memory()
    try:
        return in_a_passing_thread(partial(_build, options, ahead))
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise ValueError(
            "the device has no memory for the model and its pool: lower `mem_fraction_static` or `kv_cache_tokens`"
        ) from error


def _check(options: EngineOptions) -> None:
    if options.schedule_policy not in ("lpm", "fcfs"):
        raise ValueError(
            f"unknown schedule policy `{options.schedule_policy}`: it is `lpm` or `fcfs`"
        )
    if options.grammar_backend not in GRAMMAR_BACKENDS:
        raise ValueError(
            f"unknown grammar backend `{options.grammar_backend}`: it is one of {GRAMMAR_BACKENDS}"
        )


def _build(options: EngineOptions, ahead: Ahead | None) -> Engine:
    folder = resolve_model(None if options.model_path is None else str(options.model_path))
    device = torch.device(_device(options.device))
    use(device)
    dtype = _dtype(options.dtype, device)
    tokenizer = Tokenizer.from_file(folder)
    kernels = _kernels(options, dtype, device)
    model = _model(options, folder, dtype, device, kernels, ahead)
    capacity = options.kv_cache_tokens or tokens_that_fit(
        model.shape, dtype, device, options.mem_fraction_static
    )
    pool = Pool(model.shape, capacity, dtype, device)
    attention = make_attention(options, pool, kernels)
    parts = Parts(
        model=model,
        pool=pool,
        attention=attention,
        graphs=_graphs(options, model, pool, attention),
        make_grammar=partial(
            make_grammar_backend, options.grammar_backend, tokenizer, model.shape.vocab
        ),
        tokenizer=tokenizer,
        cache=RadixCache(options.page_size, options.eviction_policy),
        policy=options.policy(on_card=device.type == "cuda"),
        threads=options.threads,
        kernels=kernels if isinstance(model, NativeLlama) else None,
        overlaps=overlaps(options, device),
    )
    if warms_up(options, device):
        warm_up(parts)
    return Engine(parts)


def _model(
    options: EngineOptions,
    folder: Path,
    dtype: torch.dtype,
    device: torch.device,
    kernels: Kernels | None,
    ahead: Ahead | None,
) -> Model:
    name = shown_name(folder)
    check_kind(read_config(folder), name)
    try:
        return load_model(
            folder, dtype, device, options.model_impl, kernels, options.context_length, ahead
        )
    except ModelUnsupported as error:
        raise ModelError("SGL3408", f"the engine can't run `{name}`: {error}", HELP) from error


def _kernels(options: EngineOptions, dtype: torch.dtype, device: torch.device) -> Kernels | None:
    """The C kernels, where they are of use: float32 is the precise mode, and keeps torch's operations."""
    if options.disable_native_kernels or options.attention_backend not in ("auto", "native"):
        return None
    if device.type != "cpu" or dtype != torch.bfloat16:
        return None
    return load_kernels(options.threads)


def make_attention(options: EngineOptions, pool: Pool, kernels: Kernels | None = None) -> Attention:
    """The attention backend of a name; `auto` is the best that the device has."""
    least_saved = 1 << 60 if options.disable_cascade else LEAST_SAVED
    name = options.attention_backend
    if name == "auto":
        has_native = kernels is not None and can_run(pool)
        name = "triton" if pool.keys.is_cuda else "native" if has_native else "torch"
    if not pool.shape.layers:
        return NoAttention()
    match name:
        case "native":
            if kernels is None or not can_run(pool):
                raise ValueError(
                    "attention backend `native` needs a C compiler, a processor with bfloat16 dot products, "
                    f"bfloat16 and heads of a multiple of {HEAD_MULTIPLE} dimensions, at most {MOST_HEAD}"
                )
            return NativeAttention(pool, kernels, least_saved)
        case "torch":
            return TorchAttention(pool, least_saved)
        case "triton":
            from .attention.triton_backend import TritonAttention

            return TritonAttention(pool, least_saved)
        case "flashinfer":
            from .attention.flashinfer_backend import FlashInferAttention

            return FlashInferAttention(pool, least_saved)
        case _:
            raise ValueError(f"unknown attention backend `{name}`")


def warms_up(options: EngineOptions, device: torch.device) -> bool:
    """Whether kernels are compiled and graphs captured before the first request."""
    return device.type == "cuda" and not options.disable_warm_up


def overlaps(options: EngineOptions, device: torch.device) -> bool:
    """Whether steps are scheduled while the one before is computed. Guesses need that one's tokens."""
    able = device.type == "cuda" or options.overlap_on_cpu
    return able and not options.disable_overlap_schedule and not options.speculative_tokens


def _graphs(
    options: EngineOptions, model: Model, pool: Pool, attention: Attention
) -> DecodeGraphs | None:
    """CUDA graphs of decode steps, where there can be any."""
    if options.disable_cuda_graph or not pool.keys.is_cuda:
        return None
    from .cuda_graphs import decode_graphs

    return decode_graphs(model, pool, attention, options.max_running_requests)


def _device(name: str) -> str:
    return name if name != "auto" else "cuda" if torch.cuda.is_available() else "cpu"


def _dtype(name: str, device: torch.device) -> torch.dtype:
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" or _cpu_has_bfloat16() else torch.float32
    dtype = getattr(torch, name, None)
    if dtype not in (torch.float32, torch.bfloat16, torch.float16):
        raise ValueError(
            f"unknown dtype `{name}`: it is `auto`, `float32`, `bfloat16` or `float16`"
        )
    return dtype


def _cpu_has_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
