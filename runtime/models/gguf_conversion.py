"""Rewrites a GGUF file as a plain bfloat16 model in Hugging Face format; called by `models`, once per file.

A GGUF file names its pre-tokenizer and leaves the rules to the reader, and transformers rebuilds only some of them:
the rest is repaired here, or refused, since a wrong split changes tokens without any error.
"""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import torch
from gguf import GGUFReader
from tokenizers import Tokenizer, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES
from transformers.utils import logging

from .error import ModelError

# Architectures that continue text, as such files call them.
READ = tuple(
    kind
    for kind in GGUF_SUPPORTED_ARCHITECTURES
    if kind not in ("general", "tokenizer", "t5", "umt5")
)
# Values of `tokenizer.ggml.pre` whose tokenizers split as GPT-2 does, and before that every digit on its own.
DIGIT_SPLITTERS = frozenset({"codeshell", "command-r", "refact", "smollm", "starcoder"})
# ... and those that split as GPT-2 does.
PLAIN_SPLITTERS = frozenset({"gpt-2", "jais", "mpt", "olmo"})


def convert(gguf: Path, folder: Path) -> None:
    """Write tokenizer, chat template, configuration and bfloat16 weights of `gguf` to `folder`. Raises ModelError."""
    check(gguf)
    with _quiet_transformers():
        try:
            _convert_tokenizer(gguf, folder)
            _convert_weights(gguf, folder)
        except (ValueError, KeyError, NotImplementedError, RuntimeError) as error:
            raise ModelError(
                "SGL3406",
                f"transformers can't read `{gguf.name}`: {(str(error).splitlines() or [''])[0]}",
                "use the original model folder, in Hugging Face format",
            ) from error


def _convert_tokenizer(gguf: Path, folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    repair_pre_tokenizer(tokenizer.backend_tokenizer, _field(gguf, "tokenizer.ggml.pre"))
    tokenizer.save_pretrained(folder)


def _convert_weights(gguf: Path, folder: Path) -> None:
    loads: Any = AutoModelForCausalLM.from_pretrained
    model, said = loads(
        gguf.parent,
        gguf_file=gguf.name,
        dtype=torch.bfloat16,
        quantization_config=GgufConfig(dequantize=True),
        output_loading_info=True,
    )
    lacking = sorted(said["missing_keys"])
    if lacking:  # transformers makes them up, and goes on
        raise ValueError(f"it lacks `{lacking[0]}`, and {len(lacking) - 1} more weights")
    model.save_pretrained(folder)


def check(gguf: Path) -> None:
    """See that a file is a whole model of an architecture that can be read. Raises ModelError (SGL3406)."""
    try:
        reader = GGUFReader(gguf)
    except (ValueError, IndexError, KeyError, OSError, TypeError, OverflowError) as error:
        raise _unread(gguf, "is no GGUF file, or is cut short", "fetch it again") from error
    parts, kind = _content(reader, "split.count"), str(_content(reader, "general.architecture"))
    if isinstance(parts, int) and parts > 1:
        help = "`llama-gguf-split --merge FIRST.gguf WHOLE.gguf` joins them"
        raise _unread(gguf, f"is one of {parts} parts of a model", help)
    if kind == "clip" or _content(reader, "general.type") == "mmproj":
        help = "name the file of the model itself, which continues text"
        raise _unread(gguf, "holds only the part of a model that sees or hears", help)
    if kind not in READ:
        help = f"it reads {', '.join(READ)}; for others use the original folder, or a server: `--base-url`"
        raise _unread(
            gguf,
            f"has the architecture `{kind}`, which transformers can't read from a GGUF file",
            help,
        )


def _unread(gguf: Path, what: str, help: str) -> ModelError:
    return ModelError("SGL3406", f"`{gguf.name}` {what}", help)


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
    found = _content(GGUFReader(gguf), key)
    return None if found is None else str(found)


def _content(reader: GGUFReader, key: str) -> object:
    field = reader.get_field(key)
    return field.contents() if field else None


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
