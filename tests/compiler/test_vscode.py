"""The VS Code extension: its files are there, its snippets compile, and it starts the server and the explain page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sglc.ir.span import Source
from sglc.lang import compile_source

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "editors" / "vscode"
PACKAGE: dict[str, Any] = json.loads((FOLDER / "package.json").read_text("utf-8"))
CONTRIBUTES = PACKAGE["contributes"]
SNIPPETS: dict[str, Any] = json.loads((FOLDER / "snippets.json").read_text("utf-8"))
SOURCE = (FOLDER / "extension.js").read_text("utf-8")
AROUND = {
    "fork": 'program p(items: list[str]):\n    system: "Hello."\n',
    "best of n": "program p():\n",
    "while": "program p():\n",
    "test": 'program answer(q: str) -> str:\n    "{q}"\n    text = gen()\n    return text\n\n',
}
"""What stands around a snippet that is no whole declaration."""


def test_every_file_that_it_names_is_there() -> None:
    named = [each["configuration"] for each in CONTRIBUTES["languages"]]
    named += [each["path"] for each in CONTRIBUTES["snippets"]]
    assert [name for name in named if not (FOLDER / name).is_file()] == []
    built = [each["path"] for each in CONTRIBUTES["grammars"]] + [PACKAGE["main"]]
    assert [name for name in built if Path(name).name not in PACKAGE["scripts"]["build"]] == []


def test_its_commands_are_those_that_it_declares() -> None:
    declared = {each["command"] for each in CONTRIBUTES["commands"]}
    assert set(re.findall(r'registerCommand\("([^"]+)"', SOURCE)) == declared
    (setting,) = CONTRIBUTES["configuration"]["properties"]
    assert setting == "sgl.command"


@pytest.mark.parametrize("name", sorted(SNIPPETS))
def test_a_snippet_compiles_as_it_is_inserted(name: str) -> None:
    lines = "\n".join(SNIPPETS[name]["body"])
    written = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", lines)
    around = AROUND.get(name, "")
    inside = around.endswith(":\n") or name == "fork"
    text = around + "".join(
        f"    {line}\n" if inside else f"{line}\n" for line in written.split("\n")
    )
    assert [d.headline for d in compile_source(Source("snippet.sgl", text))[1]] == []


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("npm") is None, reason="needs npm and the packages of its lock file"
)
def test_it_packs_the_same_files_every_time(tmp_path: Path) -> None:
    """From the lock file alone; the bundled extension does what its source does."""
    folder = tmp_path / "vscode"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("node_modules", "out"))
    shutil.copy(ROOT / "editors" / "sgl.tmLanguage.json", tmp_path)
    for words in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "package"]):
        subprocess.run(["npm", *words], cwd=folder, check=True, capture_output=True, timeout=300)
    with zipfile.ZipFile(folder / "sglc.vsix") as packed:
        names = {name.removeprefix("extension/") for name in packed.namelist()}
        bundled = packed.read("extension/out/extension.js").decode()
    assert {
        "package.json", "readme.md", "snippets.json", "language-configuration.json",
        "out/extension.js", "out/sgl.tmLanguage.json",
    } <= names  # fmt: skip
    assert not any("node_modules" in name for name in names)
    assert "registerCommand" in bundled
    assert "vscode-languageserver" in bundled or "LanguageClient" in bundled


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_it_starts_the_server_and_opens_the_page(tmp_path: Path) -> None:
    file = tmp_path / "tip.sgl"
    file.write_text(
        'program tip(topic: str) -> str:\n    "{topic}: "\n    a = gen()\n    return a\n'
    )
    host = Path(__file__).with_name("vscode_host.js")
    asked = ["node", host, FOLDER / "extension.js", file, sys.executable, "-m", "sglc"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=True)
    happened = json.loads(done.stdout)
    assert happened["errors"] == []
    assert happened["server"]["renameProvider"]
    assert sorted(happened["commands"]) == ["sgl.explain", "sgl.restart"]
    assert happened["title"] == "explain tip.sgl"
    assert happened["page"].lstrip().lower().startswith("<!doctype html>")
