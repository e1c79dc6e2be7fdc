"""Tokenizers to test against: small ones trained here on awkward text, and real ones where they are cached."""

from functools import cache
from pathlib import Path

import pytest
from tokenizer_kinds import KINDS, backend, trained
from tokenizers import Tokenizer as Backend

from sglc.ir.target import Tokenizer
from sglc.runtime.models.folders import cache_folder, find_model

KNOWN = ["gpt2", "smollm", "cl100k", "qwen2", "o200k", "tekken", "digits from the right"]
REAL = cache_folder().parent / "test-tokenizers"


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest) -> tuple[Tokenizer, Backend]:
    """Ours and the library's, trained here."""
    return trained(request.param), backend(request.param)


@pytest.fixture(params=KNOWN)
def known(request: pytest.FixtureRequest) -> Tokenizer:
    """One whose text comes back, and that is cut before white space."""
    return trained(request.param)


@cache
def real(file: Path) -> tuple[Tokenizer, Backend]:
    """Ours and the library's of a file."""
    text = file.read_text("utf-8")
    return Tokenizer.from_json(text), Backend.from_str(text)


NAMES = ["SmolLM2", "anthropic"]
LARGE = ["tekken", "o200k", "cl100k", "deepseek-v3", "gemma3", "llama2", "llama3.1", "qwen3"]
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in [*LARGE, "mistral", "unigram"]]


@pytest.fixture(params=[*NAMES, *SLOW])
def real_pair(request: pytest.FixtureRequest) -> tuple[Tokenizer, Backend]:
    """Ours and the library's, of a published model."""
    model = find_model() if request.param == "SmolLM2" else None
    file = model / "tokenizer.json" if model else REAL / f"{request.param}.json"
    if not file.is_file():
        pytest.skip(f"no {request.param} here: `make test-data` fetches it")
    return real(file)
