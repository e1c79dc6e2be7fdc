"""The tokenizer of a target: parts to ids, safe seams, and ids back to text and bytes.

Wraps one `tokenizers.Tokenizer`. Control tokens are found here, in literals alone; what lies
between them goes to the wrapped model, so that the ids of a text without control tokens in its values
are exactly the tokenizer's own. Used by passes, planner, executor, backends and engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from .config import end_tokens
from .control import ControlMatch, ControlToken, ControlTokens
from .parts import Part, after, joined, merged
from .pieces import PieceEncoder, ToBytes, components, piece_encoders, token_bytes_function
from .seams import AddedTokens, SeamRule, seam_rule, vocabulary

if TYPE_CHECKING:
    import tokenizers

ESTIMATE = Path(__file__).parent / "data" / "estimate.json"
"""The tokenizer for compiling without a model; every number from it is approximate."""


@dataclass(frozen=True)
class Tokenizer:
    """A tokenizer as the whole project uses it.

    `digest` names its exact behaviour; `special` maps control tokens to ids; `bos_ids` is what a raw
    text starts with; a generation ends at any of `eos_ids`.
    """

    digest: str
    vocab_size: int
    eos_ids: frozenset[int]
    bos_ids: tuple[int, ...]
    special: dict[str, int]
    approximate: bool
    strips_first_space: bool
    _control: ControlTokens = field(repr=False)
    _rule: SeamRule = field(repr=False)
    _encoders: tuple[PieceEncoder, PieceEncoder, PieceEncoder] = field(repr=False)
    _to_bytes: ToBytes = field(repr=False)

    @classmethod
    def from_file(cls, path: str | Path, *, approximate: bool = False) -> Tokenizer:
        """Read `tokenizer.json`, or the folder that holds it; its neighbours name the end tokens.

        Raises OSError or ValueError.
        """
        file = Path(path)
        file = file / "tokenizer.json" if file.is_dir() else file
        text = file.read_text(encoding="utf-8")
        return _build(_load(text), text, end_tokens(file.parent), approximate)

    @classmethod
    def from_json(
        cls, text: str, *, eos: Iterable[str | int] = (), approximate: bool = False
    ) -> Tokenizer:
        """Read the text of a `tokenizer.json`. `eos`: tokens or ids that end a generation."""
        return _build(_load(text), text, tuple(eos), approximate)

    @classmethod
    def estimating(cls) -> Tokenizer:
        """The tokenizer that stands in where no model is at hand."""
        text = ESTIMATE.read_text(encoding="utf-8")
        return cls.from_json(text, eos=("<|im_end|>",), approximate=True)

    def encode(self, parts: Iterable[Part], *, continuation: bool = False) -> tuple[int, ...]:
        """The ids of a text without BOS. `continuation`: it follows other ids, so it has no dummy space."""
        pieces = merged(parts)
        text = joined(pieces)
        return self._encode(text, self._control.matches(pieces, text), continuation)

    def settle(
        self, parts: Iterable[Part], *, continuation: bool = False, tried: int = 0
    ) -> tuple[tuple[int, ...], tuple[Part, ...]]:
        """The ids up to the last safe seam, and the parts after it.

        The rest continues those ids: encode it with `continuation=True` when there are any. `tried`: the first
        so many characters are such a rest.
        """
        pieces = merged(parts)
        text = joined(pieces)
        matches = self._control.matches(pieces, text)
        seam = self._last_seam(pieces, text, matches, tried)
        before = [match for match in matches if match.end <= seam]
        ids = self._encode(text[:seam], before, continuation)
        return (ids, after(pieces, seam)) if ids else ((), pieces)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids that follow other ids; bytes that are no UTF-8 become U+FFFD."""
        return b"".join(map(self._to_bytes, ids)).decode("utf-8", errors="replace")

    def token_bytes(self, token: int) -> bytes:
        """The bytes that one token stands for; empty for an id without a token."""
        return self._to_bytes(token)

    def _last_seam(
        self, parts: tuple[Part, ...], text: str, matches: list[ControlMatch], tried: int
    ) -> int:
        limit = self._control.settled_until(parts, text)
        limit = min([limit, *(match.start for match in matches if match.open)])
        final = [match for match in matches if match.end <= limit and not match.open]
        floor = final[-1].end if final else 0
        at = self._rule.last(text, floor, limit, tried, self._control.sight)
        if at is not None:
            return at
        # With a dummy space at the start of each piece, a cut after the token would lose it: cut before.
        return final[-1].start if final and self.strips_first_space else floor

    def _encode(
        self, text: str, matches: list[ControlMatch], continuation: bool
    ) -> tuple[int, ...]:
        start, inner, bare = self._encoders
        ids: list[int] = []
        at = 0
        encoder = bare if continuation else start
        for match in matches:
            ids.extend(encoder(text[at : match.start]))
            ids.append(match.id)
            at, encoder = match.end, inner
        ids.extend(encoder(text[at:]))
        return tuple(ids)


def _load(text: str) -> tokenizers.Tokenizer:
    import tokenizers

    try:
        return tokenizers.Tokenizer.from_str(text)
    except Exception as error:  # the library raises bare Exceptions
        raise ValueError(f"not a tokenizer: {error}") from error


def _build(
    backend: tokenizers.Tokenizer, text: str, ends: tuple[str | int, ...], approximate: bool
) -> Tokenizer:
    added = _added_tokens(backend)
    control = ControlTokens(tuple(token for token in added if token.is_control))
    plain = [token for token in added if not token.is_control]
    encoders = piece_encoders(backend, plain)
    ids = {backend.token_to_id(end) if isinstance(end, str) else end for end in ends}
    eos_ids = frozenset(token for token in ids if token is not None)
    digest = blake2b(text.encode(), digest_size=8)
    digest.update(json.dumps(sorted(eos_ids)).encode())
    return Tokenizer(
        digest=digest.hexdigest(),
        vocab_size=backend.get_vocab_size(with_added_tokens=True),
        eos_ids=eos_ids,
        bos_ids=_bos_ids(backend),
        special={token.content: token.id for token in control.tokens},
        approximate=approximate,
        strips_first_space=encoders[0] is not encoders[2],
        _control=control,
        _rule=_rule(backend, plain, control, is_prefixed=encoders[1] is not encoders[2]),
        _encoders=encoders,
        _to_bytes=token_bytes_function(backend, {token.id: token.content for token in added}),
    )


def _added_tokens(backend: tokenizers.Tokenizer) -> list[ControlToken]:
    return [
        ControlToken(
            id, token.content, token.special, token.lstrip, token.rstrip, token.single_word
        )
        for id, token in sorted(backend.get_added_tokens_decoder().items())
    ]


def _bos_ids(backend: tokenizers.Tokenizer) -> tuple[int, ...]:
    """What the post-processor puts before a text; what it puts after is not for prompts."""
    bare = backend.encode("a", add_special_tokens=False).ids
    full = backend.encode("a").ids
    at = next((n for n in range(len(full)) if full[n : n + len(bare)] == bare), 0)
    return tuple(full[:at])


def _rule(
    backend: tokenizers.Tokenizer,
    plain: list[ControlToken],
    control: ControlTokens,
    *,
    is_prefixed: bool,
) -> SeamRule:
    """The seams of the wrapped model. `is_prefixed`: the library puts a space behind each added token."""
    if plain and is_prefixed:
        return SeamRule()
    normalizer = backend.normalizer
    shown = [
        replace(token, content=normalizer.normalize_str(token.content)) for token in plain
    ] if normalizer else []  # fmt: skip
    added = AddedTokens.of([*plain, *shown], control.tokens)
    state = components(backend)
    return seam_rule(
        state["normalizer"], state["pre_tokenizer"], added, lambda: vocabulary(backend)
    )
