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
