"""Writes docs/structure.md: one line per module, taken from the first sentence of its docstring."""

import ast
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "structure.md"

HEAD = """# Structure

One line per module: the first sentence of its docstring. Written by `docs/make_structure.py` (`make bless`).
"""


def package_folders() -> dict[str, Path]:
    """Return the real folder of every package that pyproject.toml lists, top floor first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    roots: dict[str, str] = settings["package-dir"]
    return {name: _folder(name, roots) for name in settings["packages"]}


def _folder(package: str, roots: dict[str, str]) -> Path:
    """Map `sglc.ir.target` to `ir/target`: the longest listed parent decides."""
    parent = package
    while parent not in roots:
        parent = parent.rpartition(".")[0]
    return ROOT / roots[parent] / package[len(parent) + 1 :].replace(".", "/")


def first_sentence(module: Path) -> str:
    """Return the first sentence of a module's docstring on one line, or nothing."""
    docstring = ast.get_docstring(ast.parse(module.read_text()), clean=True) or ""
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    sentence, stop, _ = (paragraph + " ").partition(". ")
    return sentence.strip() + stop.strip()


def page() -> str:
    """Return the whole document."""
    return HEAD + "".join(_section(name, folder) for name, folder in package_folders().items())


def _section(package: str, folder: Path) -> str:
    modules = [file for file in sorted(folder.glob("*.py")) if file.name != "__init__.py"]
    lines = [f"- `{file.name}`: {first_sentence(file)}\n" for file in modules]
    title = f"\n## `{folder.relative_to(ROOT)}/` ({package})\n\n{first_sentence(folder / '__init__.py')}\n"
    return title + ("\n" + "".join(lines) if lines else "")


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {PAGE.relative_to(ROOT)}", file=sys.stderr)
