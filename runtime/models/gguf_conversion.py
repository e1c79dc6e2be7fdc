"""Rewrites a GGUF file as a plain bfloat16 model in Hugging Face format; called by `models`, once per file.

A GGUF file names its pre-tokenizer and leaves the rules to the reader, and transformers rebuilds only some of them:
the rest is repaired here, or refused, since a wrong split changes tokens without any error.
"""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path

import torch
from gguf import GGUFReader
from tokenizers import Tokenizer, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
from transformers.utils import logging

from .error import ModelError

# Values of `tokenizer.ggml.pre` whose tokenizers split as GPT-2 does, and before that every digit on its own.
DIGIT_SPLITTERS = frozenset({"codeshell", "command-r", "refact", "smollm", "starcoder"})
# ... and those that split as GPT-2 does.
PLAIN_SPLITTERS = frozenset({"gpt-2", "jais", "mpt", "olmo"})


def convert(gguf: Path, folder: Path) -> None:
    """Write tokenizer, chat template, configuration and bfloat16 weights of `gguf` to `folder`."""
    with _quiet_transformers():
        try:
            _convert_tokenizer(gguf, folder)
            _convert_weights(gguf, folder)
        except (ValueError, KeyError, NotImplementedError) as error:
            raise ModelError(
                "SGL3406",
                f"transformers can't read `{gguf.name}`: {error}",
                "use the original model folder, in Hugging Face format",
            ) from error


def _convert_tokenizer(gguf: Path, folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    repair_pre_tokenizer(tokenizer.backend_tokenizer, _field(gguf, "tokenizer.ggml.pre"))
    tokenizer.save_pretrained(folder)


def _convert_weights(gguf: Path, folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        dtype=torch.bfloat16,
        quantization_config=GgufConfig(dequantize=True),
    )
    model.save_pretrained(folder)


def repair_pre_tokenizer(tokenizer: Tokenizer, name: str | None) -> None:
    """Give `tokenizer` the splitting rules that the file calls `name`, where transformers did not."""
    if not _splits_like_gpt2(tokenizer) or name in PLAIN_SPLITTERS:
        return
    if name not in DIGIT_SPLITTERS:
        raise ValueError(f"its pre-tokenizer `{name}` is not known")
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [digits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )


def _splits_like_gpt2(tokenizer: Tokenizer) -> bool:
    """Tell whether nothing but GPT-2's own regex splits: what transformers leaves when it knows no better."""
    return (
        isinstance(tokenizer.pre_tokenizer, pre_tokenizers.ByteLevel)
        and tokenizer.pre_tokenizer.use_regex
    )


def _field(gguf: Path, key: str) -> str | None:
    field = GGUFReader(gguf).get_field(key)
    return str(field.contents()) if field else None


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    """Silence advice about packed weights, and bars that transformers draws without asking for a terminal."""
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        with redirect_stderr(StringIO()):
            yield
    finally:
        logging.set_verbosity(verbosity)
