"""Reads SentencePiece's model files, and writes them in the format of the `tokenizers` library.

Such a file is a protocol buffer; the few fields that count are read here, as its published schema numbers them.
"""

import base64
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_PIECE, _NORMALIZER, _CHARSMAP = 1, 3, 2
_NORMAL, _CONTROL = 1, 3


@dataclass(frozen=True)
class Model:
    """The pieces with score and kind, and the table of normal forms."""

    pieces: list[tuple[str, float, int]]
    charsmap: bytes


def read(file: bytes) -> Model:
    """The model of a file."""
    fields = list(_fields(file))
    pieces = [_piece(dict(_fields(value))) for number, value in fields if number == _PIECE]
    normalizer = dict(_fields(dict(fields).get(_NORMALIZER, b"")))
    return Model(pieces, normalizer.get(_CHARSMAP, b""))


def _piece(fields: dict[int, bytes]) -> tuple[str, float, int]:
    (score,) = struct.unpack("<f", fields.get(2, bytes(4)))
    return fields[1].decode(), score, fields.get(3, bytes([_NORMAL]))[0]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each field; a whole number as its last byte."""
    at = 0
    while at < len(message):
        tag, at = _whole(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _whole(message, at)
            yield tag >> 3, bytes([value & 255])
            continue
        length, at = _whole(message, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
        yield tag >> 3, message[at : at + length]
        at += length


def _whole(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def as_bpe(model: Model) -> str:
    """A BPE that falls back to bytes, whose merges are in the order of the scores."""
    ids = {piece: id for id, (piece, _, _) in enumerate(model.pieces)}
    scores = {piece: score for piece, score, _ in model.pieces}
    merges: list[tuple[str, str]] = []
    for piece in sorted(ids, key=lambda piece: -scores[piece]):
        cuts = [(piece[:n], piece[n:]) for n in range(1, len(piece))]
        known = [cut for cut in cuts if cut[0] in ids and cut[1] in ids]
        merges += sorted(known, key=lambda cut: (ids[cut[0]], ids[cut[1]]))
    steps: list[dict[str, Any]] = [
        {"type": "Prepend", "prepend": "\u2581"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
    ]
    bpe: dict[str, Any] = {"type": "BPE", "vocab": ids, "merges": merges, "unk_token": "<unk>"}
    bpe |= {"fuse_unk": True, "byte_fallback": True}
    return _written(model, bpe, {"type": "Sequence", "normalizers": steps}, None)


def as_unigram(model: Model) -> str:
    """A Unigram model with its table of normal forms, as the library's converter puts it together."""
    steps: list[dict[str, Any]] = [
        {
            "type": "Precompiled",
            "precompiled_charsmap": base64.b64encode(model.charsmap).decode(),
        },
        {"type": "Strip", "strip_left": False, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "\u2581"},
    ]
    vocab = [(piece, score) for piece, score, _ in model.pieces]
    spaces = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"}
    unigram = {"type": "Unigram", "unk_id": 0, "vocab": vocab}
    return _written(model, unigram, {"type": "Sequence", "normalizers": steps}, spaces)


def _written(
    model: Model, parts: dict[str, Any], normalizer: dict[str, Any], splits: dict[str, Any] | None
) -> str:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    added = [
        {"id": id, "content": piece, "special": True, **flags}
        for id, (piece, _, kind) in enumerate(model.pieces)
        if kind == _CONTROL or id == 0
    ]
    whole = {"version": "1.0", "added_tokens": added, "model": parts}
    return json.dumps(whole | {"normalizer": normalizer, "pre_tokenizer": splits})
