"""Trains the estimating tokenizer: `python docs/make_estimate.py`, from the root of the checkout.

The text is the project's own: documentation, examples and sources, and the common words of `common_words.txt` beside
its result, the commonest first, each repeated as such words are in prose. The result is deterministic for a
given text; it is committed, so that counts don't move when a page is edited.
"""

import json
import subprocess
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "ir" / "target" / "data"
KINDS = {".md", ".py", ".sgl", ".txt", ".toml", ".lark", ".jsonl"}
MOST_COMMON = 100_000
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
VOCABULARY = 8192 + 256 + len(SPECIAL)
# cl100k's pattern: most models of today split like this, or nearly.
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def corpus() -> list[str]:
    """The committed text files of the project, and the common words; prose counts double."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [ROOT / name for name in listed.stdout.splitlines() if not name.startswith("tests/")]
    texts = [file.read_text("utf-8") for file in files if file.suffix in KINDS and file.is_file()]
    prose = [
        text for file, text in zip(files, texts, strict=False) if file.suffix in {".md", ".txt"}
    ]
    return [*texts, *prose, common_words()]


def common_words() -> str:
    """Each word as often as its rank lets expect, in both cases; endings make the words of a family."""
    words = list(dict.fromkeys((HERE / "common_words.txt").read_text("utf-8").split()))
    shown: list[str] = []
    for rank, word in enumerate(words):
        count = max(6, MOST_COMMON // (rank + 20))
        shown += [word] * count
        shown += [word.capitalize()] * (count // 4)
        shown += [word + ending for ending in ("s", "ed", "ing", "ly", "er", "ment", "ation")]
    return " ".join(shown)


def train(texts: list[str]) -> Tokenizer:
    """A byte-level BPE over `texts` with ChatML's tokens."""
    tokenizer = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(PATTERN), "isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


if __name__ == "__main__":
    text = json.dumps(
        json.loads(train(corpus()).to_str()), ensure_ascii=False, separators=(",", ":")
    )
    (HERE / "estimate.json").write_text(text + "\n", "utf-8")
