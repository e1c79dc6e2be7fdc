"""A decoder with recurrent layers, run one text after the other from checkpoints of its whole state.

Keys and values of its attention layers lie in our pool. The states of its recurrent layers are kept at the ends of
segments (`checkpoints.py`). A segment that begins where no state is kept begins further back, at the last one that is,
and leaves a state at its own beginning: who goes on from there next, a sibling of the same fork for instance, finds it.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from .attention.base import Attention
from .batch import Batch
from .checkpoints import Checkpoints, pieces
from .decoder import Decoder
from .model import ModelUnsupported
from .own_attention import shape_of
from .pool import Pool
from .pooled_layer import PooledLayer, PooledMixedLayer
from .radix import Ids
from .slots import Slots
from .transfers import send

PARTS = ("conv_states", "recurrent_states", "is_conv_states_initialized", "is_recurrent_states_initialized",
         "has_previous_state", "conv_kernel_size", "device", "dtype")  # fmt: skip
"""What of a library's layer is its state."""


class RecurrentModel:
    """A decoder from transformers with recurrent layers, and perhaps attention beside them."""

    def __init__(self, model: Any, context: int, by_token: bool = False) -> None:
        """`by_token`: behind a text's first stretch one token at a time, for families that go on in no other way."""
        self.by_token = by_token
        self.decoder = Decoder(model)
        if not any(kept.is_recurrent for kept in self.decoder.kept):
            raise ModelUnsupported("it has no recurrent layers")
        self.dtype, self.device = self.decoder.dtype, self.decoder.device
        self.shape = shape_of(self.decoder, context)

    def forward(self, batch: Batch, pool: Pool, attention: Attention) -> None:
        """Compute a batch. Who stands further back comes first: others may have what it writes for context."""
        states = pool.checkpoints
        assert states is not None
        ids: Ids = batch.ids_on(self.device).cpu().numpy().astype(np.int32)
        order = sorted(range(len(batch.segments)), key=lambda i: batch.segments[i].start)
        states.write(batch.slots, ids)
        for i in order:
            slots = np.concatenate([batch.whole.private[i], batch.segments[i].slots])
            shift = int(batch.positions[batch.offsets[i]]) - batch.segments[i].start
            self._text(slots, batch.segments[i].start, shift, pool, states)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Let the model say what follows each hidden state."""
        return self.decoder.behind(hidden)

    def _text(self, slots: Slots, start: int, shift: int, pool: Pool, states: Checkpoints) -> None:
        """Read a text's tokens from `start` on, and those before it that lie behind the last state."""
        at_hand = states.last(slots[:start])
        layers = self._layers(pool, states, slots, at_hand, is_step=len(slots) - start == 1)
        for begin, end in pieces(start, at_hand, len(slots)):
            for first, last in self._strides(begin, end):
                layers = self._stretch(slots[:last], first, shift, layers, pool, states)
            state = [_state(layer) for layer in layers]
            states.keep(int(slots[end - 1]), state, _bytes(state), end - begin == 1)

    def _strides(self, begin: int, end: int) -> list[tuple[int, int]]:
        if not self.by_token or not begin:
            return [(begin, end)]
        return [(at, at + 1) for at in range(begin, end)]

    def _stretch(
        self,
        slots: Slots,
        begin: int,
        shift: int,
        layers: list[Any],
        pool: Pool,
        states: Checkpoints,
    ) -> list[Any]:
        """Read a text's tokens from `begin` on, and move the layers behind them."""
        held = send(slots.astype(np.int64)[None], self.device)
        layers = [self._moved(layer, held, begin) for layer in layers]
        ids = send(states.ids[slots[begin:]].astype(np.int64)[None], self.device)
        positions = torch.arange(begin, len(slots), device=self.device)[None] + shift
        hidden = self.decoder.read(ids, positions, layers)
        pool.hidden.index_copy_(0, held[0, begin:], hidden.to(pool.hidden.dtype))
        return layers

    def _layers(
        self, pool: Pool, states: Checkpoints, slots: Slots, at_hand: int, is_step: bool
    ) -> list[Any]:
        """The cache as it was after `at_hand` tokens."""
        held = send(slots[:at_hand].astype(np.int64)[None], self.device)
        layers: list[Any] = []
        for fresh, kept, state in zip(
            self.decoder.empty_layers(), self.decoder.kept, pool.states, strict=True
        ):
            if not kept.is_recurrent:
                layers.append(PooledLayer(kept, state, held, at_hand))
            elif kept.heads:
                several = fresh.number_of_states
                layers.append(PooledMixedLayer(kept, state, held, at_hand, several))
            else:
                layers.append(fresh)
        if at_hand:
            saved = states.take(int(slots[at_hand - 1]), is_step)
            for layer, values in zip(layers, saved, strict=True):
                vars(layer).update(copy.deepcopy(values))
        return layers

    @staticmethod
    def _moved(layer: Any, held: torch.Tensor, context: int) -> Any:
        if isinstance(layer, PooledLayer):
            layer.move(held, context)
        return layer


def _state(layer: Any) -> dict[str, Any]:
    """A copy of a layer's recurrent state; nothing of a layer that only attends."""
    return {
        name: copy.deepcopy(getattr(layer, name)) for name in PARTS if hasattr(layer, "conv_states")
    }


def _bytes(state: list[dict[str, Any]]) -> int:
    found = (x for part in state for name in PARTS[:2] for x in part.get(name, {}).values())
    return sum(x.nbytes for x in found if x is not None)
