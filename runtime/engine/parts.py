"""What an engine is put together from."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...ir.target import Tokenizer
from .attention.base import Attention
from .grammar.backend import GrammarBackend
from .model import Model
from .native.kernels import Kernels
from .pool import Pool
from .radix import RadixCache
from .scheduler import Policy

if TYPE_CHECKING:  # it imports triton
    from .cuda_graphs import DecodeGraphs


@dataclass(slots=True, eq=False)
class Parts:
    """What an engine is made of."""

    model: Model
    pool: Pool
    attention: Attention
    make_grammar: Callable[
        [], GrammarBackend
    ]  # called when the first constraint comes: it imports much
    tokenizer: Tokenizer
    cache: RadixCache
    policy: Policy
    graphs: DecodeGraphs | None = None
    threads: int | None = None
    kernels: Kernels | None = None  # with a team of their own, where they do all that is large
    overlaps: bool = False  # whether a step may be launched before the one before is read
    _grammar: list[GrammarBackend] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def grammar(self) -> GrammarBackend:
        """The grammar backend, made when it is first asked for."""
        with self._lock:
            if not self._grammar:
                self._grammar.append(self.make_grammar())
            return self._grammar[0]
