"""What an engine will need, guessed before torch is imported: memory for its weights.

A guess that is wrong costs memory that nobody uses until the engine is built, and changes nothing else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..models.config import PLAIN_DECODERS, read_config
from ..models.error import ModelError
from ..models.folders import find_model
from ..models.weights import weight_files
from .native.ahead import Ahead
from .native.build import library

# Below it nothing is gained.
LEAST = 64 << 20
# Options with which the C kernels run what they can.
KERNELS_SERVE: Mapping[str, tuple[object, ...]] = {
    "dtype": ("auto", "bfloat16"),
    "device": ("auto", "cpu"),
    "disable_native_kernels": (False,),
    "attention_backend": ("auto", "native"),
    "model_impl": ("auto", "fast"),
}
CARD = Path("/proc/driver/nvidia")  # there where a CUDA device is
NARROW = ("bfloat16", "float16")


@contextmanager
def weights_ahead(
    model_path: str | Path | None, options: Mapping[str, Any]
) -> Iterator[Ahead | None]:
    """Memory for the weights of a model, taken while the block runs; None where they will likely not lie in it."""
    size = weights_size(model_path, options)
    ahead = Ahead(size) if size > LEAST else None
    try:
        yield ahead
    finally:
        if ahead is not None:
            ahead.close()


def weights_size(model_path: str | Path | None, options: Mapping[str, Any]) -> int:
    """Bytes of a model's weights, where the C kernels will likely hold them; else 0."""
    if not all(options.get(name, usual[0]) in usual for name, usual in KERNELS_SERVE.items()):
        return 0
    if options.get("device") != "cpu" and CARD.exists():
        return 0
    folder = find_model(None if model_path is None else str(model_path))
    try:
        return _size(folder) if folder is not None and library() is not None else 0
    except (ModelError, OSError):  # whoever builds the engine says so
        return 0


def _size(folder: Path) -> int:
    config = read_config(folder)
    if config.get("model_type") not in PLAIN_DECODERS:
        return 0
    size = sum(file.stat().st_size for file in weight_files(folder))
    return size if config.get("dtype", config.get("torch_dtype")) in NARROW else size // 2
