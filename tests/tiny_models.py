"""Tiny random models in Hugging Face format, made once per test run."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

SMALL = {
    "vocab_size": 320,
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 2048,
    "initializer_range": 0.3,  # sharp enough that greedy choices are no coin tosses
}


def save_tiny(folder: Path, kind: str = "llama", **changes: Any) -> Path:
    """Write a tiny random model of a family into `folder`."""
    from transformers import CONFIG_MAPPING, AutoModelForCausalLM

    torch.manual_seed(7)
    config = CONFIG_MAPPING[kind](**{**SMALL, **changes})
    AutoModelForCausalLM.from_config(config).float().save_pretrained(folder)
    return folder


def save_tokenizer(folder: Path, splits_words: bool = False) -> Path:
    """Write a byte-level tokenizer beside a tiny model: 256 bytes, some merges, and two control tokens.

    `splits_words`: no merge reaches over the end of a word, as in models that people run.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("t", "h"), ("th", "e"), ("i", "n"), ("Ġ", "a"), ('"', ","), ('"', ":"), ("Ġ", '"')]
    vocab = {text: i for i, text in enumerate([*alphabet, *(a + b for a, b in merges)])}
    tokenizer = Tokenizer(models.BPE(vocab, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(
        add_prefix_space=False, use_regex=splits_words
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|begin|>", "<|end|>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"eos_token": "<|end|>"}')
    return folder


def save_marked(folder: Path, markers: list[str], template: str) -> Path:
    """Write a tiny random model whose tokenizer has a turn's marker and others as tokens, with a chat template."""
    from tokenizers import Tokenizer

    file = save_tokenizer(save_tiny(folder)) / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.add_special_tokens(["<|turn|>"])
    tokenizer.add_tokens(markers)
    tokenizer.save(str(file))
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama with its tokenizer."""
    return save_tokenizer(save_tiny(tmp_path_factory.mktemp("tiny")))
