"""The files that hold a model's weights: those that the index names, whole, and in a form that can be computed with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from .error import ModelError

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
OLDER = ("pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth")
FETCH = "fetch it again: `hf download OWNER/MODEL --local-dir FOLDER` goes on where it stopped"
# The package with which transformers reads weights of a kind; None: none is needed.
QUANTIZED: Mapping[str, str | None] = {
    "gptq": "gptqmodel",
    "awq": "gptqmodel",
    "bitsandbytes": "bitsandbytes",
    "compressed-tensors": "compressed_tensors",
    "aqlm": "aqlm",
    "hqq": "hqq",
    "quanto": "optimum",
    "torchao": "torchao",
    "eetq": "eetq",
    "higgs": "flute",
    "vptq": "vptq",
    "mxfp4": None,
    "fp8": None,
    "fbgemm_fp8": "fbgemm_gpu",
}


def weight_files(folder: Path) -> list[Path]:
    """The files with a model's weights. Raises ModelError (SGL3402, SGL3409)."""
    index = folder / INDEX
    if index.is_file():
        files = [folder / name for name in _indexed(index)]
    elif (folder / SINGLE).is_file():
        files = [folder / SINGLE]
    else:
        files = sorted(folder.glob("*.safetensors"))
    return files or _refuse(folder)


def check_weights(folder: Path) -> None:
    """See that all files with weights are there and whole, by their headers. Raises ModelError."""
    files = weight_files(folder)
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        what = f"`{missing[0]}`" + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
        raise ModelError(
            "SGL3409",
            f"`{folder}` lacks {what} of the {len(files)} files that `{INDEX}` names",
            FETCH,
        )
    for file in files:
        _check_whole(file)


def check_quantization(config: Mapping[str, Any], name: str) -> None:
    """Refuse weights in a form that nothing here can read. Raises ModelError (SGL3410)."""
    found = config.get("quantization_config") or config.get("compression_config")
    if not isinstance(found, dict):
        return
    given = cast("dict[str, Any]", found)
    method = str(
        given.get("quant_method")
        or ("compressed-tensors" if "config_groups" in given else "unknown")
    )
    package = QUANTIZED.get(method, method)
    if package is not None and find_spec(package.replace("-", "_")) is None:
        raise ModelError(
            "SGL3410",
            f"the weights of `{name}` are quantised by {method}, which needs the package `{package}`",
            "take the model that it was made from, or its GGUF file (`--model FILE.gguf`);"
            " `--base-url` asks a server that runs it",
        )


def _indexed(index: Path) -> list[str]:
    try:
        found = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        return sorted(set(map(str, cast("dict[str, str]", found).values())))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("SGL3409", f"`{index}` can't be read: {error!r}", FETCH) from error


def _check_whole(file: Path) -> None:
    """A safetensors file: 8 bytes that say how long the header is, the header, and what it points to."""
    size = file.stat().st_size
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(min(length, size)))
        ends = [v["data_offsets"][1] for k, v in header.items() if k != "__metadata__"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ModelError(
            "SGL3409", f"`{file}` is no safetensors file, or is cut short", FETCH
        ) from error
    wanted = 8 + length + max(ends, default=0)
    if size != wanted:
        raise ModelError(
            "SGL3409", f"`{file}` is cut short: it has {size:,} bytes of {wanted:,}", FETCH
        )


def _refuse(folder: Path) -> list[Path]:
    older = next((name for name in OLDER if (folder / name).exists()), None)
    if older is not None:
        raise ModelError(
            "SGL3402",
            f"`{folder}` has its weights in PyTorch's older form (`{older}`), which can run code when it is read",
            "save it again, in its newer form: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(other)",
        )
    raise ModelError(
        "SGL3402",
        f"`{folder}` is not a model: it has no `*.safetensors`",
        "a model folder holds `config.json`, `tokenizer.json` and safetensors, as `save_pretrained` writes them",
    )
