"""The decoder inside a model from transformers, asked with a cache of ours, and what its layers keep of a token."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import torch
from transformers import Cache, DynamicCache
from transformers.cache_utils import DynamicIndexedLayer, LinearAttentionCacheLayerMixin

from .behind import Behind
from .model import ModelUnsupported


@dataclass(frozen=True, slots=True)
class Kept:
    """What one layer keeps of a token: so many heads, with keys and values of these sizes.

    `index`: numbers of the key by which a layer with sparse attention chooses tokens. `is_recurrent`: it keeps a state
    of all tokens together, perhaps beside keys and values.
    """

    heads: int
    key: int
    value: int
    index: int = 0
    is_recurrent: bool = False

    @property
    def size(self) -> int:
        """Numbers a token."""
        return sum(self.parts)

    @property
    def parts(self) -> tuple[int, int, int]:
        """What lies in a row of the layer's state, one after the other."""
        return self.heads * self.key, self.heads * self.value, self.index


class Decoder:
    """A model's decoder. Raises ModelUnsupported for one that keeps nothing of tokens."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.dtype, self.device = model.dtype, model.device
        self.inner, self.kept, output = _look(model)
        self.behind = Behind(model, self.inner, output)
        self.vocab = int(self.behind(output.last_hidden_state[0, :1]).shape[-1])
        self._takes_positions = "position_ids" in _parameters(self.inner)

    def read(self, ids: torch.Tensor, positions: torch.Tensor, layers: list[Any]) -> torch.Tensor:
        """Read `[rows, new]` tokens after what the layers hold; their hidden states, one row behind the other."""
        given: dict[str, Any] = {
            "input_ids": ids.long(),
            cache_name(self.inner): Cache(layers=layers),
        }
        if self._takes_positions:
            given["position_ids"] = positions
        return self.inner(**given, use_cache=True).last_hidden_state.flatten(0, 1)

    def empty_layers(self) -> list[Any]:
        """The layers of the library's own cache for this model."""
        return list(DynamicCache(config=self.model.config).layers)


def cache_name(decoder: Any) -> str:
    """What a decoder calls its cache: those that are recurrent throughout have a word of their own."""
    return "cache_params" if "cache_params" in _parameters(decoder) else "past_key_values"


def _parameters(decoder: Any) -> frozenset[str]:
    return frozenset(inspect.signature(decoder.forward).parameters)


def _look(model: Any) -> tuple[Any, list[Kept], Any]:
    """The decoder, what each of its layers keeps of a token, and what it returned for two."""
    ids = torch.ones((1, 2), dtype=torch.int64, device=model.device)
    for decoder in (model.get_decoder(), model.base_model, getattr(model, "model", None)):
        if decoder is None or decoder is model:
            continue
        if "input_ids" not in _parameters(decoder):
            continue
        cache = _showing(model)
        output = decoder(input_ids=ids, use_cache=True, **{cache_name(decoder): cache})
        if getattr(output, "last_hidden_state", None) is not None:
            if not cache.layers:
                raise ModelUnsupported("its layers keep no keys and values of tokens")
            return decoder, [_kept(layer) for layer in cache.layers], output
    raise ModelUnsupported("no decoder is found in it")


def _showing(model: Any) -> Any:
    """A cache that shows what it is given. The library knows which layers are recurrent; others forget nothing here."""
    known = DynamicCache(config=model.config)
    if any(isinstance(layer, LinearAttentionCacheLayerMixin) for layer in known.layers):
        return known
    return Cache(layer_class_to_replicate=DynamicIndexedLayer)


def _kept(layer: Any) -> Kept:
    is_recurrent = isinstance(layer, LinearAttentionCacheLayerMixin)
    indexed, keys = getattr(layer, "indexer_keys", None), getattr(layer, "keys", None)
    index = 0 if indexed is None else indexed.shape[-1]
    if keys is None:
        return Kept(0, 0, 0, index, is_recurrent)
    return Kept(keys.shape[1], keys.shape[-1], layer.values.shape[-1], index, is_recurrent)
