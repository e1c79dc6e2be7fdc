"""Small tokenizers of every kind that is published, trained here on awkward text."""

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

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

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
END = r"\s*[\r\n]+|\s+(?!\S)|\s+"
HAN = r"[\p{Han}]+"
CASED = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
SMALL = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
DEEPSEEK = (
    r"\p{N}{1,3}",
    "[一-龥\u3040-\u309f\u30a0-\u30ff]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
)
KIMI = (
    rf"{HAN}|[^\r\n\p{{L}}\p{{N}}]?{CASED}*{SMALL}+{CONTRACTION}?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{CASED}+{SMALL}*{CONTRACTION}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{END}"
)
POSSESSIVE = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
LETTERS = r"[^\r\n\p{L}\p{N}]?"
CL100K = rf"{CONTRACTION}|{LETTERS}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{END}"
QWEN2 = rf"{CONTRACTION}|{LETTERS}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{END}"
O200K = (
    rf"{LETTERS}{UPPER}*{LOWER}+{CONTRACTION}?|{LETTERS}{UPPER}+{LOWER}*{CONTRACTION}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{END}"
)
TEKKEN = (
    rf"{LETTERS}{UPPER}*{LOWER}+|{LETTERS}{UPPER}+{LOWER}*"
    rf"|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{END}"
)
FROM_THE_RIGHT = (
    r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))"
    rf"|{LETTERS}\p{{L}}+| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{END}"
)
SPECIAL = ["<|im_start|>", "<|im_end|>", "<|im_end|>x", "<think>"]
WORDS = [
    "the", "The", "cat's", "it'S", "DON'T", "we'll", "1", "12", "123", "1234567", "3.14", "a", "I", "naïve", "ΑΣ",
    "e\u0301", "\u0301", "日本語", "你好\uff0c", "。", "が", "か\u3099", "ｶ\uff9e", "한국어", "\u1100\u1161\u11a8",
    "🎉", "👩\u200d🚀", "🇩🇪", "Ω", "ﬁ", "İ", "ß", ".", "...", "!?", "/", "//", "'", "'s", "\"", "(", "),", "_", "``",
    "''", "{", "\n", "\n\n", "\r\n", "\t", " ", "  ", "    ", "\u00a0", "\u2028", "\u3000", "\x1c", "\u180e",
    "\u200b", "\x00", "\x7f", "<|im_", "end|>", "<", "|>", "▁", "Ġ", "word", "<tool", "½", "\u0600", "क्षि",
]  # fmt: skip


def awkward_text(seed: int, words: int) -> str:
    """Text in which every kind of border occurs."""
    rng = random.Random(seed)
    return "".join(rng.choice(WORDS) + rng.choice(["", "", " "]) for _ in range(words))


def _byte_level(*patterns: str) -> Any:
    split = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns]
    return pre_tokenizers.Sequence([*split, pre_tokenizers.ByteLevel(False, use_regex=False)])


def _bpe(**parts: Any) -> Backend:
    return _with(Backend(models.BPE()), {"decoder": decoders.ByteLevel(), **parts})


def _fallback(**parts: Any) -> Backend:
    model = models.BPE(
        byte_fallback=True, fuse_unk=True, unk_token="<unk>", vocab={"<unk>": 0}, merges=[]
    )
    return _with(Backend(model), parts)


def _unigram(**parts: Any) -> Backend:
    return _with(Backend(models.Unigram()), parts)


def _word_piece(**parts: Any) -> Backend:
    return _with(Backend(models.WordPiece(unk_token="<unk>")), parts)


def _with(made: Backend, parts: dict[str, Any]) -> Backend:
    for name, part in parts.items():
        setattr(made, name, part)
    return made


LLAMA = (("▁", None), (" ", "▁"))


def _replaces(*pairs: tuple[Any, Any]) -> Any:
    steps = [
        normalizers.Replace(a, b) if b is not None else normalizers.Prepend(a) for a, b in pairs
    ]
    return normalizers.Sequence(steps)


def _words_and_spaces(scheme: str) -> Any:
    spaces = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    return pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), spaces])


_CLEAN = normalizers.Sequence(
    [
        normalizers.Replace("``", '"'),
        normalizers.Replace("''", '"'),
        normalizers.NFKD(),
        normalizers.StripAccents(),
        normalizers.Lowercase(),
    ]
)
_ONE_SPACE = normalizers.Sequence(
    [normalizers.NFKC(), normalizers.Strip(False, True), normalizers.Replace(Regex(" {2,}"), "▁")]
)

_FIRST_SPACE = pre_tokenizers.ByteLevel(add_prefix_space=True)
_DIGITS = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False)])

KINDS: dict[str, Callable[[], Backend]] = {
    "gpt2": lambda: _bpe(pre_tokenizer=pre_tokenizers.ByteLevel(False)),
    "smollm": lambda: _bpe(pre_tokenizer=_DIGITS),
    "cl100k": lambda: _bpe(
        pre_tokenizer=_byte_level(CL100K), post_processor=processors.ByteLevel(trim_offsets=False)
    ),
    "qwen2": lambda: _bpe(normalizer=normalizers.NFC(), pre_tokenizer=_byte_level(QWEN2)),
    "o200k": lambda: _bpe(pre_tokenizer=_byte_level(O200K)),
    "tekken": lambda: _bpe(pre_tokenizer=_byte_level(TEKKEN)),
    "digits from the right": lambda: _bpe(pre_tokenizer=_byte_level(FROM_THE_RIGHT)),
    "gpt2 with a first space": lambda: _bpe(pre_tokenizer=_FIRST_SPACE),
    "words of two": lambda: _bpe(pre_tokenizer=_byte_level(r"\p{L}+(?: the)?|\s+|[^\s\p{L}]+")),
    "looks behind": lambda: _bpe(pre_tokenizer=_byte_level(r"(?<!a)b|\p{L}+|\s+|[^\s\p{L}]+")),
    "DeepSeek": lambda: _bpe(pre_tokenizer=_byte_level(*DEEPSEEK)),
    "Kimi": lambda: _bpe(pre_tokenizer=_byte_level(KIMI)),
    "possessive": lambda: _bpe(pre_tokenizer=_byte_level(POSSESSIVE)),
    "byte level, NFKC": lambda: _bpe(
        normalizer=normalizers.NFKC(), pre_tokenizer=pre_tokenizers.ByteLevel(False)
    ),
    "byte level, NFC": lambda: _bpe(
        normalizer=normalizers.NFC(), pre_tokenizer=pre_tokenizers.ByteLevel(False)
    ),
    "byte level, NFD": lambda: _bpe(
        normalizer=normalizers.NFD(), pre_tokenizer=pre_tokenizers.ByteLevel(False)
    ),
    "byte level, lower case": lambda: _bpe(
        normalizer=normalizers.Lowercase(), pre_tokenizer=pre_tokenizers.ByteLevel(False)
    ),
    "byte level, unsplit": lambda: _bpe(
        pre_tokenizer=pre_tokenizers.ByteLevel(False, use_regex=False)
    ),
    "Llama 2": lambda: _fallback(normalizer=_replaces(*LLAMA)),
    "Mistral": lambda: _fallback(
        pre_tokenizer=pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    ),
    "Gemma": lambda: _fallback(
        normalizer=_replaces((" ", "▁")),
        pre_tokenizer=pre_tokenizers.Split(" ", "merged_with_previous"),
    ),
    "Metaspace, first": lambda: _bpe(
        pre_tokenizer=pre_tokenizers.Metaspace(prepend_scheme="first"),
        decoder=decoders.Metaspace(),
    ),
    "Metaspace, always": lambda: _bpe(
        pre_tokenizer=pre_tokenizers.Metaspace(), decoder=decoders.Metaspace()
    ),
    "T5": lambda: _unigram(normalizer=_ONE_SPACE, pre_tokenizer=pre_tokenizers.Metaspace()),
    "XLM-R": lambda: _unigram(
        normalizer=normalizers.NFKC(), pre_tokenizer=_words_and_spaces("always")
    ),
    "ALBERT": lambda: _unigram(normalizer=_CLEAN, pre_tokenizer=pre_tokenizers.Metaspace()),
    "Unigram, unsplit": lambda: _unigram(
        pre_tokenizer=pre_tokenizers.Metaspace(prepend_scheme="never", split=False)
    ),
    "BERT, uncased": lambda: _word_piece(
        normalizer=normalizers.BertNormalizer(), pre_tokenizer=pre_tokenizers.BertPreTokenizer()
    ),
    "BERT, cased": lambda: _word_piece(
        normalizer=normalizers.BertNormalizer(lowercase=False),
        pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
    ),
    "words and signs": lambda: _word_piece(pre_tokenizer=pre_tokenizers.Whitespace()),
}
"""By name, the parts of a published kind, without a vocabulary."""


@cache
def backend(name: str) -> Backend:
    """One small tokenizer of the named kind, with a few control tokens."""
    made = KINDS[name]()
    made.train_from_iterator([awkward_text(seed, 400) for seed in range(40)], _trainer(made))
    made = _as_published(made)
    made.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL[:3]])
    made.add_tokens([AddedToken(SPECIAL[3], normalized=False)])
    if name == "Gemma":
        made.add_tokens(["\n\n", "\n\n\n", "    ", "<td>"])
    return made


def _trainer(made: Backend) -> Any:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    options: dict[str, Any] = {"vocab_size": 900, "show_progress": False}
    match made.model:
        case models.Unigram():
            return trainers.UnigramTrainer(unk_token="<unk>", special_tokens=["<unk>"], **options)
        case models.WordPiece():
            return trainers.WordPieceTrainer(special_tokens=["<unk>"], **options)
        case models.BPE(byte_fallback=True):
            tokens = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
            return trainers.BpeTrainer(special_tokens=tokens, **options)
        case _:
            return trainers.BpeTrainer(initial_alphabet=alphabet, **options)


def _as_published(made: Backend) -> Backend:
    """The same model as others write it: bytes are no control tokens, and scores are added up without rounding."""
    state = json.loads(made.to_str())
    state["added_tokens"] = [t for t in state["added_tokens"] if not t["content"].startswith("<0x")]
    if state["model"]["type"] == "Unigram":
        scores = state["model"]["vocab"]
        state["model"]["vocab"] = [[entry, round(s * 2**8) / 2**8] for entry, s in scores]
    return Backend.from_str(json.dumps(state))


@cache
def trained(name: str) -> Tokenizer:
    """The project's own tokenizer over `backend(name)`."""
    return Tokenizer.from_json(backend(name).to_str(), eos=["<|im_end|>"])
