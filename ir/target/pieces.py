"""What the wrapped `tokenizers` library does with text between control tokens, and its inverse.

A piece is encoded in one of three positions: at the start of a text, after a control token, or as the
continuation of other ids. They differ only for tokenizers that put a dummy space before a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from .seams.bytelevel import byte_alphabet
from .seams.splits import splits

if TYPE_CHECKING:
    import tokenizers

    from .control import ControlToken

PieceEncoder = Callable[[str], Sequence[int]]
ToBytes = Callable[[int], bytes]
REMEMBERED = 64
"""Texts whose ids are kept, the last that were asked for."""
_LONG = range(256, 1 << 16)
_BLANK = re.compile(r"[ \t\n\r]")


def piece_encoders(
    backend: tokenizers.Tokenizer, plain: list[ControlToken]
) -> tuple[PieceEncoder, PieceEncoder, PieceEncoder]:
    """The encoders at the start, after a control token, and in continuation; `plain` stay added tokens."""
    state = components(backend)
    start = _encoder(backend, state, plain)
    bare_state, first_only = _without_dummy_space(state)
    if bare_state == state:
        return start, start, start
    bare = _encoder(backend, bare_state, plain)
    if _begins_every_word(state["pre_tokenizer"]):
        bare = _first_word_bare(start, bare)
    return start, bare if first_only else start, bare


def _begins_every_word(pre_tokenizer: dict[str, Any] | None) -> bool:
    known = splits(pre_tokenizer)
    return known is not None and known.each_word


def _first_word_bare(start: PieceEncoder, bare: PieceEncoder) -> PieceEncoder:
    """The encoder in continuation where every word gets a space: only what goes on with a word has none."""

    def encode(text: str) -> Sequence[int]:
        blank = _BLANK.search(text)
        at = blank.start() if blank else len(text)
        return [*bare(text[:at]), *start(text[at:])]

    return encode


def components(backend: tokenizers.Tokenizer) -> dict[str, Any]:
    """The normalizer and the pre-tokenizer of a tokenizer, as JSON."""
    parts = {"normalizer": backend.normalizer, "pre_tokenizer": backend.pre_tokenizer}
    return {name: json.loads(part.__getstate__()) if part else None for name, part in parts.items()}


def _encoder(
    backend: tokenizers.Tokenizer, state: dict[str, Any], plain: list[ControlToken]
) -> PieceEncoder:
    """An encoder with the model of `backend`, other components, and only the plain added tokens."""
    import tokenizers

    empty: dict[str, Any] = {"type": "BPE", "vocab": {}, "merges": []}
    donor = tokenizers.Tokenizer.from_str(json.dumps({"version": "1.0", "model": empty} | state))
    copy = tokenizers.Tokenizer(backend.model)
    for name in ("normalizer", "pre_tokenizer"):
        if getattr(donor, name) is not None:
            setattr(copy, name, getattr(donor, name))
    originals = backend.get_added_tokens_decoder()
    copy.add_tokens([originals[token.id] for token in plain])  # pyright: ignore[reportUnknownMemberType]
    renamed = {copy.token_to_id(token.content): token.id for token in plain}
    return _encode_with(copy, {old: new for old, new in renamed.items() if old != new})


def _encode_with(copy: tokenizers.Tokenizer, renamed: dict[int | None, int]) -> PieceEncoder:
    def encode(text: str) -> Sequence[int]:
        if not text:
            return []
        try:
            ids = copy.encode(text, add_special_tokens=False).ids
        except TypeError:  # what the library makes of a lone surrogate
            ids = copy.encode(_without_surrogates(text), add_special_tokens=False).ids
        return [renamed.get(id, id) for id in ids] if renamed else ids

    return _remembering(encode)


def _remembering(encode: PieceEncoder) -> PieceEncoder:
    """Long texts come again: the document of a question stands in every row that asks about it."""

    @lru_cache(maxsize=REMEMBERED)
    def kept(text: str) -> tuple[int, ...]:
        return tuple(encode(text))

    return lambda text: kept(text) if len(text) in _LONG else encode(text)


def _without_surrogates(text: str) -> str:
    """Join surrogate pairs; a lone one becomes U+FFFD, as in any other invalid text."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_dummy_space(state: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The components without what prepends a space, and whether only a text's first piece had one."""
    schemes: set[str] = set()

    def strip(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        config = dict(cast("dict[str, Any]", node))
        if config.get("type") == "Prepend":
            return None
        if config.get("prepend_scheme", "never") != "never":
            schemes.add(config["prepend_scheme"])
            config["prepend_scheme"] = "never"
        if config.get("add_prefix_space"):
            config["add_prefix_space"] = False
        if config.get("strip_left"):
            config["strip_left"] = False
        for name in ("normalizers", "pretokenizers"):
            if name in config:
                config[name] = [kept for kept in map(strip, config[name]) if kept is not None]
        return config

    bare = {name: strip(node) for name, node in state.items()}
    return bare, schemes == {"first"}


def token_bytes_function(backend: tokenizers.Tokenizer, added: dict[int, str]) -> ToBytes:
    """The function from an id to the bytes it stands for."""
    decoder = json.loads(backend.decoder.__getstate__()) if backend.decoder else None
    is_byte_level = _mentions(decoder, "ByteLevel")

    @cache
    def to_bytes(id: int) -> bytes:
        if id in added:
            return added[id].encode()
        token = backend.id_to_token(id)
        if token is None:
            return b""
        return _byte_level(token) if is_byte_level else _sentence_piece(token)

    return to_bytes


def _mentions(decoder: Any, kind: str) -> bool:
    if decoder is None:
        return False
    return decoder["type"] == kind or any(
        _mentions(part, kind) for part in decoder.get("decoders", ())
    )


def _byte_level(token: str) -> bytes:
    table = _bytes_of()
    return b"".join(table.get(char) or char.encode() for char in token)


def _sentence_piece(token: str) -> bytes:
    """A `<0x0A>` token is that byte; a lower one eighth block is a space."""
    if len(token) == 6 and token.startswith("<0x") and token.endswith(">"):
        return bytes.fromhex(token[3:5])
    return token.replace("\u2581", " ").encode()


@cache
def _bytes_of() -> dict[str, bytes]:
    return {char: bytes([byte]) for byte, char in enumerate(byte_alphabet())}
