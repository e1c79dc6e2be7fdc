"""Sampling parameters, declared once.

Every signature, schema and wire format in the project derives from the fields of
`Sampling`; a parameter that is not a field here does not exist. A leaf: imports nothing
of the project.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import Literal, NamedTuple, cast, get_args

SelectMethod = Literal[
    "token_length_normalized", "greedy_token_selection", "unconditional_likelihood_normalized"
]
SELECT_METHODS: tuple[SelectMethod, ...] = get_args(SelectMethod)

ConstraintKind = Literal["regex", "json", "grammar", "type", "call", "before_call"]
"""What `Constraint.text` is: a regular expression, a JSON schema as JSON text, EBNF, or the
canonical text of a declared type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """The parameters of one `gen`. Defaults are those of `.sgl`; the Python front end has its own.

    `n=None` means one continuation that joins the prompt; a given `n` (1 included) means n
    samples that leave the prompt unchanged. Token counts are in tokens, -1 is no limit.
    """

    max_tokens: int = 256  # most tokens to generate
    thinking: str = ""  # `on`: this is reasoning; `off`: the model is told to answer without
    min_tokens: int = 0  # no end before this many tokens
    temperature: float = 0.0  # 0 is greedy
    top_p: float = 1.0  # nucleus
    top_k: int = -1  # only the k likeliest tokens; -1 is all
    min_p: float = 0.0  # least share of the likeliest token's probability
    stop: tuple[str, ...] = ()  # texts that end the generation
    stop_token_ids: tuple[int, ...] = ()  # tokens that end the generation
    stop_regex: tuple[str, ...] = ()  # patterns that end the generation
    frequency_penalty: float = 0.0  # subtracted per earlier occurrence
    presence_penalty: float = 0.0  # subtracted once if it occurred
    repetition_penalty: float = 1.0  # divides logits of what occurred
    ignore_eos: bool = False  # go on past the end of sequence
    n: int | None = None  # samples of one prompt
    seed: int | None = None  # makes a sampled call repeatable
    logprobs: bool = False  # return log probabilities
    top_logprobs: int = 0  # alternatives per position

    @property
    def is_deterministic(self) -> bool:
        """Whether two calls on equal prompts must give equal tokens."""
        return self.temperature == 0.0 or self.top_k == 1 or self.seed is not None

    def merged(self, **changes: object) -> Sampling:
        """A copy with the given fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


SAMPLING_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Sampling))
SAMPLING_TYPES: dict[str, str] = {f.name: str(f.type) for f in fields(Sampling)}
"""The annotation of each parameter."""


THINKING = ("", "on", "off")
"""What `thinking` may be: as the template has it, with reasoning, or without."""


THINKING_TOKENS = 1024
"""Most tokens of reasoning, where a program does not say."""


class Range(NamedTuple):
    """What a number may be: from `least` to `most` (no bound: infinite), or `also`."""

    least: float
    most: float = float("inf")
    also: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value is in range. What is not a number never is, nor is what is infinite."""
        if not abs(value) < float("inf"):
            return False
        return self.least <= value <= self.most or value == self.also

    def __str__(self) -> str:
        least, most = f"{self.least:g}", f"{self.most:g}"
        bounds = f"at least {least}" if self.most == float("inf") else f"from {least} to {most}"
        return bounds if self.also is None else f"{self.also:g}, or {bounds}"


RANGES: dict[str, Range] = {
    "max_tokens": Range(-1),
    "min_tokens": Range(0),
    "temperature": Range(1e-6, 100, also=0),  # logits divided by less have no finite value
    "top_p": Range(0, 1),
    "top_k": Range(-1),
    "min_p": Range(0, 1),
    "frequency_penalty": Range(-2, 2),
    "presence_penalty": Range(-2, 2),
    "repetition_penalty": Range(0.01, 100),
    "n": Range(1, 1024),  # each sample keeps a row of the vocabulary under penalties
    "top_logprobs": Range(0, 256),
}
"""What each number may be, for every front end and every backend; other numbers are free."""
THINKING_BUDGET = Range(-1)
"""What `max_thinking_tokens` may be: no parameter of a call, since reasoning is a call of its own."""
MOST_STOPS = 256
"""Most texts, tokens or patterns that end one generation: each is looked for after every token."""


def out_of_range(name: str, value: object) -> str | None:
    """What the value of a parameter must be, if it is not: `at least 1`. Types are not looked at."""
    if name == "thinking":
        return None if value in THINKING else "`on` or `off`"
    if isinstance(value, tuple | list):
        many = len(cast("list[object]", value)) > MOST_STOPS
        return f"at most {MOST_STOPS} of them" if many else None
    allowed = THINKING_BUDGET if name == "max_thinking_tokens" else RANGES.get(name)
    if allowed is None or not isinstance(value, int | float) or allowed.holds(value):
        return None
    return str(allowed)


def takes(name: str, value: object) -> bool:
    """Whether a JSON value may be the value of a parameter (lists stand for tuples)."""
    match SAMPLING_TYPES[name]:
        case "int" | "int | None":
            return type(value) is int
        case "float":
            return type(value) in (int, float)
        case "bool":
            return type(value) is bool
        case "str":
            return type(value) is str
        case "tuple[str, ...]":
            return _holds(value, str)
        case _:
            return _holds(value, int)


def _holds(value: object, kind: type) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return all(type(item) is kind for item in cast("list[object]", value))


@dataclass(frozen=True, slots=True)
class Constraint:
    """What constrained decoding must match.

    `style="canonical"` is the project's one meaning of constrained output: keys in declared
    order, `", "` and `": "` as separators, no other white space, wherever a type can say it.
    `"spliced"` is the same text and the same tokens; what is forced of it is appended, not decoded.
    `"free"` is the grammar backend's own behaviour.
    """

    kind: ConstraintKind
    text: str
    style: Literal["canonical", "spliced", "free"] = "canonical"


CONSTRAINED_STYLES = ("canonical", "free")
"""What a program may ask for with `constrained_style`: whose white space the output of a JSON schema has."""


def call_seed(
    run_seed: int, row: int, path: tuple[str, ...], indices: tuple[int, ...], sample: int = 0
) -> int:
    """The seed of one sampled call without a seed of its own: 63 bits, from where it stands alone.

    `path`: the program and sites that lead to the call, e.g. `("agent", "3", "judge", "1")`.
    """
    where = json.dumps([run_seed, row, path, indices, sample])
    return int.from_bytes(hashlib.blake2b(where.encode(), digest_size=8).digest(), "big") >> 1
