"""A Triton plan at fixed addresses and of fixed size, as a CUDA graph needs it: padded, and refilled for every step.

All that a decode step needs of the host lies in one array of int32, so that one copy refills it:

    ids | positions | slots | narrow tiles | wide tiles | begin | order | keys of both
    |----------------------- of fixed size -----------------------|- as many as there are -|

Padding rows are token 0 at position 0 in slot 0, which is nobody's. Behind the tiles there is padding, too, which no
program looks at: how many tiles there are is one of the numbers. A batch that does not fit is refused, and runs without
a graph.
"""

from dataclasses import dataclass

import numpy as np
import torch

from ..batch import Batch
from ..transfers import send
from .stretches import Ints, by_row
from .triton_tiles import Tiles

BY_TILE = ("start", "count", "offset", "begin", "end")
BY_PART = ("rows", "limits")
PATH = 8  # shared stretches that a row may be in, on average


@dataclass(frozen=True, slots=True)
class Layout:
    """How much fits: rows of the batch, and for each of both tile sizes tiles and parts; keys of all together."""

    rows: int
    tiles: int
    parts: int
    keys: int

    @classmethod
    def of(cls, rows: int, most_keys: int, wanted: int, block: int) -> "Layout":
        """Room for a decode step of `rows` in the tree, where work is shared by about `wanted` tiles of `block` rows.

        A stretch is at most one tile a block more than its share; a tree of `rows` leaves has fewer than `rows` inner
        nodes. A row has a part for each stretch that it is in, and one more where a tile of it begins.
        """
        return cls(
            rows, tiles=2 * rows + wanted, parts=PATH * rows + wanted * block, keys=most_keys
        )

    def sizes(self) -> dict[str, int]:
        """The arrays in order, with their lengths; keys come last."""
        found = {"ids": self.rows, "positions": self.rows, "slots": self.rows}
        for kind in ("narrow", "wide"):
            found |= {f"{kind} {name}": self.tiles for name in BY_TILE}
            found |= {f"{kind} {name}": self.parts for name in BY_PART}
            found[f"{kind} tiles"] = 1
        return found | {"begin": self.rows + 1, "order": 2 * self.parts, "keys": self.keys}

    def fill(self, batch: Batch, narrow: Tiles, wide: Tiles) -> Ints | None:
        """The arrays of a batch as one, padded up to the keys; None where something does not fit."""
        keys = len(narrow.slots) + len(wide.slots)
        fits = batch.tokens <= self.rows and keys <= self.keys
        if not fits or any(
            len(t.start) > self.tiles or t.parts > self.parts for t in (narrow, wide)
        ):
            return None
        # parts of the wide tiles are numbered after all places of the narrow ones
        begin, order = by_row(np.concatenate([narrow.rows, wide.rows]), self.rows)
        order = np.where(order < narrow.parts, order, order - narrow.parts + self.parts)
        arrays: dict[str, Ints] = {"ids": batch.ids, "positions": batch.positions.astype(np.int32)}
        arrays |= {"slots": batch.slots, "begin": begin, "order": order}
        for kind, tiles, first in (("narrow", narrow, 0), ("wide", wide, len(narrow.slots))):
            arrays |= {f"{kind} {name}": getattr(tiles, name) for name in (*BY_TILE, *BY_PART)}
            arrays[f"{kind} offset"] = tiles.offset + np.int32(first)
            arrays[f"{kind} tiles"] = tiles.number
        arrays["keys"] = np.concatenate([narrow.slots, wide.slots])
        return self._join(arrays, keys)

    def _join(self, arrays: dict[str, Ints], keys: int) -> Ints:
        sizes = self.sizes() | {"keys": keys}
        joined = np.zeros(sum(sizes.values()), dtype=np.int32)
        at = 0
        for name, size in sizes.items():
            joined[at : at + len(arrays[name])] = arrays[name]
            at += size
        return joined


class StaticArrays:
    """The arrays of a layout on the device: views of one buffer that `load` refills."""

    def __init__(self, layout: Layout, device: torch.device) -> None:
        sizes = layout.sizes()
        self.layout = layout
        self._buffer = torch.zeros(sum(sizes.values()), dtype=torch.int32, device=device)
        self.views = dict(zip(sizes, self._buffer.split(list(sizes.values())), strict=True))

    def load(self, joined: Ints) -> None:
        """Copy what `Layout.fill` made; in stream order, after everything that still reads the last one."""
        self._buffer[: len(joined)].copy_(send(joined, self._buffer.device))

    def tiles(self, kind: str) -> dict[str, torch.Tensor]:
        """What the kernel takes, for `narrow` or `wide` tiles."""
        found = {name: self.views[f"{kind} {name}"] for name in ("tiles", *BY_TILE, *BY_PART)}
        return found | {"slots": self.views["keys"]}
