"""Chooses next tokens for all rows of a step in a few batched operations.

A row's token depends on its logits, its parameters, its seed and its position alone, never on the rows beside it: the
noise is one uniform number per row, hashed from seed and position, that picks from the cumulative distribution.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...ir.sampling import Sampling
from . import penalties
from .native.kernels import Kernels
from .transfers import send

# Of a filtered distribution this many likeliest tokens are looked at first; the whole vocabulary is sorted only if
# a nucleus is wider.
CANDIDATES = 512
# The likeliest token is looked for in blocks of at most so many.
BLOCK = 512

Restrict = Callable[[torch.Tensor], None]
"""Masks logits, `[rows, vocab]`, in place."""


@dataclass(slots=True, eq=False)
class Row:
    """What sampling needs to know of one sequence. `said` serves penalties alone."""

    sampling: Sampling
    seed: int
    position: int = 0  # tokens generated so far
    banned: tuple[int, ...] = ()  # tokens that may not come now (ends before `min_tokens`)
    said: torch.Tensor | None = None  # vocab: what stood in the prompt and was generated

    @property
    def is_greedy(self) -> bool:
        """Whether the likeliest token is taken."""
        return self.sampling.temperature == 0.0 or self.sampling.top_k == 1

    @property
    def has_penalties(self) -> bool:
        """Whether earlier tokens count."""
        s = self.sampling
        return bool(s.frequency_penalty or s.presence_penalty or s.repetition_penalty != 1.0)

    def start_counting(
        self,
        prompt: NDArray[np.int32],
        generated: NDArray[np.int32],
        vocab: int,
        device: torch.device,
    ) -> None:
        """Prepare for penalties, if there are any and nothing is counted yet."""
        if self.has_penalties and self.said is None:
            self.said = penalties.counts_of(prompt, generated, vocab, device)

    def stop_counting(self) -> None:
        """Give the device's memory back; the caller may keep the row's request for long."""
        self.said = None

    def count(self, token: int, noted: int | None = None) -> None:
        """Note a generated token; `noted`: what was noted for the penalties when it was drawn, mostly the same."""
        self.position += 1
        if self.said is not None and noted != token:
            self.said[token] += 2
            if noted is not None:
                self.said[noted] -= 2


class Sampled(NamedTuple):
    """One row's next token, and its log probabilities where asked for (from the model's own logits)."""

    token: int
    logprob: float = 0.0
    top: tuple[tuple[int, float], ...] = ()


@dataclass(slots=True)
class Sampler:
    """The batched choice over one vocabulary."""

    vocab: int
    in_one_kernel: bool = False  # on a CUDA device
    kernels: Kernels | None = None  # on a CPU, where there are any

    def sample(
        self,
        logits: torch.Tensor,
        rows: Sequence[Row],
        restrict: Restrict | None = None,
    ) -> list[Sampled]:
        """Choose a token per row; `logits` `[rows, vocab]` may be overwritten.

        `restrict` masks them in place. Log probabilities are the model's own: taken before masks, bans and penalties.
        """
        if all(
            row.is_greedy and not row.has_penalties and not _wants_logprobs(row) for row in rows
        ):
            if restrict is not None:
                restrict(logits)
            self._ban(logits, rows)
            return [Sampled(token) for token in self._likeliest(logits).tolist()]
        if any(row.has_penalties or _wants_logprobs(row) for row in rows):
            logits = logits.float()
        wants = [
            i for i, row in enumerate(rows) if row.sampling.logprobs or row.sampling.top_logprobs
        ]
        raw = torch.log_softmax(logits[wants], -1) if wants else None
        if restrict is not None:
            restrict(logits)
        self._ban(logits, rows)
        self._penalize(logits, rows)
        tokens = self.choose(logits, rows).tolist()
        sampled = [Sampled(token) for token in tokens]
        if raw is not None:
            _add_logprobs(sampled, raw, wants, rows)
        return sampled

    def choose_unread(
        self, logits: torch.Tensor, rows: Sequence[Row], restrict: Restrict | None = None
    ) -> torch.Tensor:
        """The tokens of rows without records, on the device, and nothing waits for them; `note` counts them."""
        if any(row.has_penalties for row in rows):
            logits = logits.float()
        if restrict is not None:
            restrict(logits)
        self._ban(logits, rows)
        self._penalize(logits, rows)
        return self.choose(logits, rows)

    def note(self, rows: Sequence[Row], tokens: torch.Tensor) -> None:
        """Count tokens against their rows, without a look at them."""
        at = [i for i, row in enumerate(rows) if row.said is not None]
        if at:
            said = [each for i in at if (each := rows[i].said) is not None]
            penalties.count(tokens, at, said, self.in_one_kernel)

    def choose(self, logits: torch.Tensor, rows: Sequence[Row]) -> torch.Tensor:
        """The tokens on the device, without bans, penalties and records."""
        random = [i for i, row in enumerate(rows) if not row.is_greedy]
        if len(random) == len(rows):
            return self._draw(logits, random, rows)
        tokens = self._likeliest(logits)
        if random:
            index = send(np.array(random), logits.device)
            tokens[index] = self._draw(logits, random, [rows[i] for i in random])
        return tokens

    def _likeliest(self, logits: torch.Tensor) -> torch.Tensor:
        if self.kernels is not None and logits.dtype == torch.bfloat16:
            return self.kernels.likeliest(logits)
        return likeliest(logits)

    def _draw(
        self, logits: torch.Tensor, places: Sequence[int], rows: Sequence[Row]
    ) -> torch.Tensor:
        """Tokens by chance for the rows at some places of the logits."""
        noise = uniform([r.seed for r in rows], [r.position for r in rows])
        samplings = [row.sampling for row in rows]
        if self.in_one_kernel:
            from .draw import draw

            return draw(logits, places, samplings, noise)
        index = torch.tensor(places, device=logits.device)
        return _draw(logits[index].float(), samplings, send(noise, logits.device))

    def looks(self, row: Row) -> bool:
        """Whether choosing a row's token takes a look at its probabilities, for which the host must wait."""
        s = row.sampling
        is_wide = self.vocab > CANDIDATES and not 0 < s.top_k <= CANDIDATES
        return not (row.is_greedy or self.in_one_kernel) and is_wide and _is_filtered(s)

    def _penalize(self, logits: torch.Tensor, rows: Sequence[Row]) -> None:
        at = [i for i, row in enumerate(rows) if row.has_penalties]
        said = [each for i in at if (each := rows[i].said) is not None]
        if said:
            samplings = [rows[i].sampling for i in at]
            penalties.penalize(logits, at, said, samplings, self.in_one_kernel)

    def _ban(self, logits: torch.Tensor, rows: Sequence[Row]) -> None:
        pairs = [
            (i, token) for i, row in enumerate(rows) for token in row.banned if token < self.vocab
        ]
        if pairs:
            at, tokens = send(np.array(pairs), logits.device).unbind(1)
            logits[at, tokens] = float("-inf")


def likeliest(logits: torch.Tensor) -> torch.Tensor:
    """The first of the highest of each row, `[rows]`.

    In bfloat16 on a CPU finding where a maximum stands is slow, and finding the maximum is not: so the block that
    holds it is found first.
    """
    rows, vocab = logits.shape
    width = math.gcd(vocab, BLOCK)
    if logits.dtype != torch.bfloat16 or width < 64:
        return logits.float().argmax(-1)
    blocks = logits.reshape(rows, vocab // width, width)
    block = blocks.amax(-1).float().argmax(-1)
    inside = blocks[torch.arange(rows, device=logits.device), block].float().argmax(-1)
    return block * width + inside


def _wants_logprobs(row: Row) -> bool:
    return row.sampling.logprobs or row.sampling.top_logprobs > 0


def _draw(logits: torch.Tensor, samplings: Sequence[Sampling], noise: torch.Tensor) -> torch.Tensor:
    """Sample at temperature from what top-k, nucleus and min-p leave."""
    device = logits.device
    temperature = send(np.array([s.temperature for s in samplings], np.float32), device)
    probabilities = torch.softmax(logits / temperature[:, None], -1)
    tokens = torch.empty(len(samplings), dtype=torch.int64, device=device)
    for wanted, pick in ((True, _draw_filtered), (False, _draw_from_all)):
        those = [i for i, s in enumerate(samplings) if _is_filtered(s) == wanted]
        if those:
            at = send(np.array(those), device)
            tokens[at] = pick(probabilities[at], noise[at], [samplings[i] for i in those])
    return tokens


def _is_filtered(sampling: Sampling) -> bool:
    return sampling.top_p < 1.0 or sampling.top_k > 0 or sampling.min_p > 0.0


def _draw_from_all(
    probabilities: torch.Tensor, noise: torch.Tensor, _: Sequence[Sampling]
) -> torch.Tensor:
    return _pick(probabilities, noise)


def _draw_filtered(
    probabilities: torch.Tensor, noise: torch.Tensor, samplings: Sequence[Sampling]
) -> torch.Tensor:
    """From the likeliest tokens; rows that keep more than are looked at first are sorted, and they alone."""
    vocab = probabilities.shape[-1]
    limits = [
        # a sum of shares may round to 1 before the last
        (s.top_p if s.top_p < 1 else math.inf, s.top_k if s.top_k > 0 else vocab, s.min_p)
        for s in samplings
    ]
    bounds = send(np.array(limits, np.float64), noise.device)
    width = min(vocab, CANDIDATES)
    values, order = probabilities.topk(width)
    tokens = _draw_ranked(values, order, noise, bounds)
    if width < vocab and any(k > width for _, k, _ in limits):
        wide = _keeps_more(values, bounds).nonzero()[:, 0]
        values, order = probabilities[wide].sort(descending=True, stable=True)
        tokens[wide] = _draw_ranked(values, order, noise[wide], bounds[wide])
    return tokens


def _draw_ranked(
    values: torch.Tensor, order: torch.Tensor, noise: torch.Tensor, bounds: torch.Tensor
) -> torch.Tensor:
    """From tokens in order of their probability."""
    top_p, top_k, min_p = bounds.T[..., None]
    before = values.double().cumsum(-1) - values
    rank = torch.arange(values.shape[-1], device=noise.device)
    keep = (before < top_p) & (rank < top_k) & (values >= min_p * values[:, :1])
    keep[:, 0] = True
    return order.gather(1, _pick(values * keep, noise)[:, None])[:, 0]


def _keeps_more(values: torch.Tensor, bounds: torch.Tensor) -> torch.Tensor:
    """The rows that may keep a token beyond those candidates."""
    top_p, top_k, min_p = bounds.T
    enough_mass = values.double().sum(-1) >= top_p
    return ~(enough_mass | (top_k <= values.shape[-1]) | (values[:, -1] < min_p * values[:, 0]))


def _pick(weights: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Per row, the index whose share of the cumulative weight holds the noise; never one of weight 0."""
    total = weights.double().cumsum(-1)
    index = torch.searchsorted(total, noise[:, None] * total[:, -1:], right=True)[:, 0]
    return index.clamp_(max=weights.shape[-1] - 1)


def uniform(seeds: Sequence[int], positions: Sequence[int]) -> NDArray[np.float64]:
    """A number in [0, 1) per pair of seed and position (splitmix64)."""
    with np.errstate(over="ignore"):
        x = np.array([s & 0xFFFFFFFFFFFFFFFF for s in seeds], dtype=np.uint64)
        for salt in (np.array(positions, dtype=np.uint64), np.uint64(0x5851F42D4C957F2D)):
            x = x + (salt + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
            x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _add_logprobs(
    sampled: list[Sampled], raw: torch.Tensor, wants: list[int], rows: Sequence[Row]
) -> None:
    chosen = torch.tensor([sampled[i].token for i in wants], device=raw.device)
    values = raw.gather(1, chosen[:, None])[:, 0].tolist()
    width = max(rows[i].sampling.top_logprobs for i in wants)
    top_values, top_tokens = (
        (x.tolist() for x in raw.topk(width)) if width else ([[]] * len(wants),) * 2
    )
    for n, i in enumerate(wants):
        k = rows[i].sampling.top_logprobs
        top = tuple(zip(top_tokens[n][:k], top_values[n][:k], strict=True))
        sampled[i] = Sampled(sampled[i].token, values[n], top)
