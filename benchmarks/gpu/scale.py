"""The sizes that are measured: an 8B Llama on a card, or a toy of the same form for a rehearsal on a CPU."""

from dataclasses import dataclass, field

from sglc.runtime.engine.pool import Shape


@dataclass(frozen=True, slots=True)
class Scale:
    """A model's shape, and the workloads over it."""

    shape: Shape
    intermediate: int
    rows: tuple[int, ...]
    contexts: tuple[int, ...]
    chunks: tuple[int, ...]
    arms: int
    prefix: int
    long_row: tuple[int, int, int]  # so many rows, their context, and that of one among them
    sampled: int  # rows whose next tokens are drawn at once
    steps: int  # mixed ones
    side_by_side: int  # requests of the mixed steps, and their longest prompt
    longest: int
    repeats: int
    product: int  # of the square matrices of the floor
    copied: int  # bytes
    capacity: int | None = None  # of the pool; None: what the card has room for
    graph_sizes: tuple[int, ...] = field(default=())  # empty: the engine's own


CARD = Scale(
    shape=Shape(32, 32, 8, 128, hidden=4096, vocab=128_256, max_context=131_072),
    intermediate=14_336,
    rows=(1, 16, 64, 256),
    contexts=(1024, 8192),
    chunks=(512, 2048, 8192),
    arms=64,
    prefix=8192,
    long_row=(17, 1024, 32_768),
    sampled=256,
    steps=300,
    side_by_side=24,
    longest=2000,
    repeats=20,
    product=8192,
    copied=4 << 30,
)

TOY = Scale(
    shape=Shape(1, 4, 2, 16, hidden=64, vocab=320, max_context=2048),
    intermediate=128,
    rows=(1, 3),
    contexts=(20, 90),
    chunks=(16, 40),
    arms=3,
    prefix=600,
    long_row=(3, 20, 300),
    sampled=8,
    steps=5,
    side_by_side=2,
    longest=24,
    repeats=1,
    product=64,
    copied=1 << 20,
    capacity=3000,
    graph_sizes=(1, 4),
)
