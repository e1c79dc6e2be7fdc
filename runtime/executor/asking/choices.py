"""The three ways to pick a choice from log probabilities; pure arithmetic over the backend's reply.

Each method takes the log probabilities of every token of every choice, given the prompt, and says
which choice wins and what each scored (higher is better). Equal scores go to the earlier choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ....ir.sampling import SelectMethod

Logprobs = Sequence[Sequence[float]]


class Decision(NamedTuple):
    """The winning choice and the score of each."""

    chosen: int
    scores: tuple[float, ...]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _best(scores: Sequence[float]) -> Decision:
    return Decision(max(range(len(scores)), key=lambda i: scores[i]), tuple(scores))


def token_length_normalized(logprobs: Logprobs) -> Decision:
    """The highest mean log probability per token."""
    return _best([_mean(choice) for choice in logprobs])


def greedy_token_selection(logprobs: Logprobs) -> Decision:
    """Token by token, keep the choices whose token is likeliest, until one is left.

    A shorter choice is padded with its own mean, so that being short is neither won nor lost by. The
    score is the number of positions that a choice stayed in, then its mean log probability.
    """
    width = max(map(len, logprobs), default=0)
    padded = [list(c) + [_mean(c)] * (width - len(c)) for c in logprobs]
    left, stayed = list(range(len(padded))), [0.0] * len(padded)
    for position in range(width):
        top = max(padded[i][position] for i in left)
        left = [i for i in left if padded[i][position] == top]
        for i in left:
            stayed[i] += 1.0
        if len(left) == 1:
            break
    return Decision(left[0], tuple(stayed))


def unconditional_likelihood_normalized(logprobs: Logprobs, unconditional: Logprobs) -> Decision:
    """The highest mean gain over the choice's log probability without the prompt.

    `unconditional` may lack leading tokens (a model without a start token cannot score a first token);
    what is missing counts as 0, as if the token were certain. After an empty prompt the choices lack them too.
    """
    scores: list[float] = []
    for given, alone in zip(logprobs, unconditional, strict=True):
        missing = len(given) - len(alone)
        known = [0.0] * missing + list(alone[max(0, -missing) :])
        scores.append(_mean([g - a for g, a in zip(given, known, strict=True)]))
    return _best(scores)


def decide(method: SelectMethod, logprobs: Logprobs, unconditional: Logprobs = ()) -> Decision:
    """Pick by the named method. `unconditional` is used by the method that needs it."""
    if method == "unconditional_likelihood_normalized":
        return unconditional_likelihood_normalized(logprobs, unconditional)
    plain: dict[str, Callable[[Logprobs], Decision]] = {
        "token_length_normalized": token_length_normalized,
        "greedy_token_selection": greedy_token_selection,
    }
    return plain[method](logprobs)
