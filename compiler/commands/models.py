"""`sglc models`: the models at hand, without loading any of them."""

from __future__ import annotations

from pathlib import Path

from ...runtime.models.config import read_config
from ...runtime.models.error import ModelError
from ...runtime.models.folders import converted_models, default_gguf, find_model
from ..console.terminal import put


def models() -> int:
    """List the models at hand: what `--model` takes, and what each can hold."""
    folders = converted_models()
    default = find_model(None)
    for folder in folders:
        mark = "  (default)" if folder == default else ""
        put(f"{folder}{mark}\n  {_summary(folder)}")
    if default is None:
        put(_default_state())
    return 0


def _summary(folder: Path) -> str:
    config = read_config(folder)
    size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    kind = ", ".join(config.get("architectures") or ["unknown architecture"])
    context = config.get("max_position_embeddings", "?")
    dtype = config.get("dtype") or config.get("torch_dtype") or "?"
    return f"{kind}, context {context}, {dtype}, {size / 2**20:.0f} MiB"


def _default_state() -> str:
    try:
        return (
            f"the default model is not converted yet: `make setup` converts {default_gguf().name}"
        )
    except ModelError as error:
        return f"{error.message}: {error.help}"
