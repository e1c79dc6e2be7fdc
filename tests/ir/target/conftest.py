"""Tokenizers to test against: small ones trained here on awkward text, and real ones where they are cached."""

import random
from functools import cache
from pathlib import Path

import pytest
from tokenizers import (
    AddedToken,
    Regex,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from tokenizers import Tokenizer as Backend

from sglc.ir.target import Tokenizer
from sglc.runtime.models.folders import cache_folder, find_model

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
END = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
LETTERS = r"[^\r\n\p{L}\p{N}]?"
PATTERNS = {
    "cl100k": rf"{CONTRACTION}|{LETTERS}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{END}",
    "qwen2": rf"{CONTRACTION}|{LETTERS}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{END}",
    "o200k": rf"{LETTERS}{UPPER}*{LOWER}+{CONTRACTION}?|{LETTERS}{UPPER}+{LOWER}*{CONTRACTION}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{END}",
    "tekken": rf"{LETTERS}{UPPER}*{LOWER}+|{LETTERS}{UPPER}+{LOWER}*"
    rf"|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{END}",
    "digits from the right": r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))"
    rf"|{LETTERS}\p{{L}}+| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{END}",
    # Not known to the seam rule, and rightly so: a border depends on the word after the space.
    "unknown": r"\p{L}+(?: the)?|\s+|[^\s\p{L}]+",
}
KNOWN = ["gpt2", "smollm", "cl100k", "qwen2", "o200k", "tekken", "digits from the right"]
OTHERS = [
    "unknown",
    "lower case",
    "gpt2 with a first space",
    "metaspace first",
    "metaspace always",
    "legacy llama",
]
REAL = cache_folder().parent / "test-tokenizers"
SPECIAL = ["<|im_start|>", "<|im_end|>", "<|im_end|>x", "<think>"]
WORDS = [
    "the", "The", "cat's", "it'S", "DON'T", "we'll", "1", "12", "123", "1234567", "3.14", "a", "I", "naïve",
    "e\u0301", "\u0301", "日本語", "你好", "🎉",
    "👩\u200d🚀", "Ω", ".", "...", "!?", "/", "//", "'", "'s", "\"", "(", "),", "_",
    "{", "\n", "\n\n", "\r\n", "\t", " ", "  ", "    ", "\u00a0", "\u2028", "\u3000", "\x1c", "\u180e", "\u200b",
    "\x00", "<|im_", "end|>", "<", "|>", "▁", "Ġ",
]  # fmt: skip


def awkward_text(seed: int, words: int) -> str:
    """Text in which every kind of border occurs."""
    rng = random.Random(seed)
    return "".join(rng.choice(WORDS) + rng.choice(["", "", " "]) for _ in range(words))


@cache
def backend(name: str) -> Backend:
    """One small tokenizer of the named kind, with a few control tokens."""
    made = _make(name)
    trainer = trainers.BpeTrainer(
        vocab_size=900,
        special_tokens=["<unk>"] if name == "legacy llama" else [],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([awkward_text(seed, 400) for seed in range(40)], trainer)
    made.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL[:3]])
    made.add_tokens([AddedToken(SPECIAL[3], normalized=False)])
    return made


def _make(name: str) -> Backend:
    made = Backend(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=name == "gpt2 with a first space")
    made.decoder = decoders.ByteLevel()
    made.pre_tokenizer = byte_level
    if name == "smollm":
        made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), byte_level])
    elif name in PATTERNS:
        split = pre_tokenizers.Split(Regex(PATTERNS[name]), "isolated")
        plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        made.pre_tokenizer = pre_tokenizers.Sequence([split, plain])
    elif name.startswith("metaspace"):
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=name.split()[1])
        made.decoder = decoders.Metaspace()
    elif name == "legacy llama":
        made = Backend(
            models.BPE(byte_fallback=True, unk_token="<unk>", vocab={"<unk>": 0}, merges=[])
        )
        made.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
    if name == "qwen2":
        made.normalizer = normalizers.NFC()
    if name == "lower case":
        made.normalizer = normalizers.Lowercase()
    if name == "cl100k":
        made.post_processor = processors.ByteLevel(trim_offsets=False)
    return made


@cache
def trained(name: str) -> Tokenizer:
    """The project's own tokenizer over `backend(name)`."""
    return Tokenizer.from_json(backend(name).to_str(), eos=["<|im_end|>"])


@pytest.fixture(params=KNOWN + OTHERS)
def pair(request: pytest.FixtureRequest) -> tuple[Tokenizer, Backend]:
    """Ours and the library's, trained here."""
    return trained(request.param), backend(request.param)


@pytest.fixture(params=KNOWN)
def known(request: pytest.FixtureRequest) -> Tokenizer:
    """One of those that can be cut before white space."""
    return trained(request.param)


@cache
def _real(file: Path) -> tuple[Tokenizer, Backend]:
    text = file.read_text("utf-8")
    return Tokenizer.from_json(text), Backend.from_str(text)


LARGE = [pytest.param(name, marks=pytest.mark.slow) for name in ("tekken", "o200k", "cl100k")]


@pytest.fixture(params=["SmolLM2", "anthropic", *LARGE])
def real_pair(request: pytest.FixtureRequest) -> tuple[Tokenizer, Backend]:
    """Ours and the library's, of a published model."""
    model = find_model() if request.param == "SmolLM2" else None
    file = model / "tokenizer.json" if model else REAL / f"{request.param}.json"
    if not file.is_file():
        pytest.skip(f"no {request.param} here: `make test-data` fetches it")
    return _real(file)
