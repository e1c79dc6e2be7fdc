"""The language server as an editor meets it: a process, spoken to over stdin and stdout."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LIBRARY = """\
prompt shot(essay: str, score: int):
    "Essay: {essay}\\nScore: {score}\\n"
"""
PROGRAM = """\
import "library.sgl" as library

type Verdict = {dimension: str, score: int}

program judge(essay: str, dimensions: list[str] @release) -> int:
    user:
        use library.shot("Cats.", 2)
        "Essay: {essay} — é"
    fork dimension in dimensions:
        user: "Judge the {dimension}."
        assistant: verdict: Verdict = gen(max_tokens=20)
    total = sum([v.score for v in verdict])
    return total
"""


class Editor:
    """A client with one open document; everything it learns is kept in `diagnostics`."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "sglc", "lsp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.uri = (folder / "judge.sgl").as_uri()
        self.diagnostics: list[dict[str, Any]] = []
        self._number = 0
        self.capabilities = self.ask(
            "initialize", processId=None, rootUri=folder.as_uri(), capabilities={}
        )["capabilities"]
        self.tell("initialized")

    def open(self, text: str) -> None:
        document = {"uri": self.uri, "languageId": "sgl", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        self.until_diagnosed()

    def change(self, text: str, version: int) -> None:
        document = {"uri": self.uri, "version": version}
        self.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])
        self.until_diagnosed()

    def at(self, method: str, text: str, word: str, shift: int = 0, **more: Any) -> Any:
        """Ask about the place where `word` stands in `text` (`shift` characters further on)."""
        offset = text.index(word) + shift
        line = text.count("\n", 0, offset)
        column = offset - (text.rfind("\n", 0, offset) + 1)
        position = {"line": line, "character": column}
        document = {"uri": self.uri}
        return self.ask(f"textDocument/{method}", textDocument=document, position=position, **more)

    def ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def until_diagnosed(self) -> None:
        while self._receive().get("method") != "textDocument/publishDiagnostics":
            pass

    def close(self) -> int:
        self.ask("shutdown")
        self.tell("exit")
        return self.process.wait(timeout=20)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout
        length = 0
        while (line := self.process.stdout.readline().strip()) != b"":
            name, value = line.split(b": ")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server ended"
        message = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics = message["params"]["diagnostics"]
        return message


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    (tmp_path / "library.sgl").write_text(LIBRARY)
    opened = Editor(tmp_path)
    yield opened
    if opened.process.poll() is None:
        opened.process.kill()
    opened.process.wait()


def test_a_session(editor: Editor):
    """Open, look around, break it, mend it, format it, leave."""
    for feature in (
        "hoverProvider",
        "definitionProvider",
        "completionProvider",
        "documentFormattingProvider",
        "referencesProvider",
        "renameProvider",
        "documentSymbolProvider",
        "codeActionProvider",
    ):
        assert editor.capabilities[feature]
    editor.open(PROGRAM)
    assert editor.diagnostics == []
    _hovers(editor)
    _finds_definitions(editor)
    _completes(editor)
    _reports_and_forgets(editor)
    _renames(editor)
    _offers_fixes(editor)
    _formats(editor)
    assert editor.close() == 0


def _hovers(editor: Editor) -> None:
    assert "dimensions: list[str]" in _hover(editor, "in dimensions:", 4)
    assert "list[{dimension: str, score: int}]" in _hover(editor, "in verdict]", 4)
    assert "gen(...) -> {dimension: str, score: int}" in _hover(editor, "gen(", 1)
    assert "token" in _hover(editor, '"Cats."', 2)
    assert "1 value" in _hover(editor, "Judge the", 2)
    assert "sum(items)" in _hover(editor, "sum(", 3)


def _hover(editor: Editor, word: str, shift: int) -> str:
    return editor.at("hover", PROGRAM, word, shift)["contents"]["value"]


def _finds_definitions(editor: Editor) -> None:
    here = editor.at("definition", PROGRAM, "in dimensions:", 4)
    assert here["uri"] == editor.uri
    assert here["range"]["start"] == {"line": 4, "character": 26}
    other = editor.at("definition", PROGRAM, "library.shot", len("library.s"))
    assert other["uri"].endswith("library.sgl")
    assert other["range"]["start"]["line"] == 0
    declared = editor.at("definition", PROGRAM, "Verdict = gen", 2)
    assert declared["range"]["start"]["line"] == 2


def _completes(editor: Editor) -> None:
    inside = _labels(editor, PROGRAM.replace("    return total", "    return to"), "return to", 9)
    assert {"total", "verdict", "essay", "len", "return"} <= inside
    fields = _labels(editor, PROGRAM.replace("v.score for", "v. for"), "v. for", 2)
    assert fields == {"dimension", "score"}
    module = _labels(editor, PROGRAM.replace("library.shot", "library."), "library.(", 8)
    assert module == {"shot"}
    assert "max_tokens" in _labels(editor, PROGRAM, "gen(", 4)
    assert "tenant" in _labels(editor, PROGRAM, "@release", 1)


def _labels(editor: Editor, text: str, word: str, shift: int) -> set[str]:
    editor.change(text, 2)
    return {item["label"] for item in editor.at("completion", text, word, shift)["items"]}


def _reports_and_forgets(editor: Editor) -> None:
    editor.change(PROGRAM.replace("return total", "return totl"), 3)
    (found,) = editor.diagnostics
    assert found["code"].startswith("SGL01")
    assert "total" in found["message"]
    assert found["range"] == {
        "start": {"line": 12, "character": 11},
        "end": {"line": 12, "character": 15},
    }
    editor.change(PROGRAM, 4)
    assert editor.diagnostics == []


def _renames(editor: Editor) -> None:
    context = {"includeDeclaration": True}
    found = editor.at("references", PROGRAM, "in dimensions:", 4, context=context)
    assert [place["range"]["start"]["line"] for place in found] == [4, 8]
    edit = editor.at("rename", PROGRAM, "in dimensions:", 4, newName="axes")
    (changes,) = edit["changes"].values()
    assert [change["newText"] for change in changes] == ["axes", "axes"]
    document = {"uri": editor.uri}
    symbols = editor.ask("textDocument/documentSymbol", textDocument=document)
    assert [symbol["name"] for symbol in symbols] == ["library", "Verdict", "judge"]
    assert [inner["name"] for inner in symbols[2]["children"]] == ["verdict"]


def _offers_fixes(editor: Editor) -> None:
    editor.change(PROGRAM.replace("return total", "return totl"), 5)
    (found,) = editor.diagnostics
    context = {"diagnostics": [found]}
    document = {"uri": editor.uri}
    (offered,) = editor.ask(
        "textDocument/codeAction", textDocument=document, range=found["range"], context=context
    )
    assert offered["title"] == "Write `total`"
    (edit,) = offered["edit"]["changes"][editor.uri]
    assert edit == {"range": found["range"], "newText": "total"}


def _formats(editor: Editor) -> None:
    editor.change(PROGRAM.replace("total = sum", "total   =   sum"), 6)
    options = {"tabSize": 4, "insertSpaces": True}
    (edit,) = editor.ask(
        "textDocument/formatting", textDocument={"uri": editor.uri}, options=options
    )
    assert edit["newText"] == PROGRAM


def test_columns_count_in_utf16_units(editor: Editor):
    text = 'program p(x: str) -> str:\n    "😀é{x}{y}"\n    a = gen()\n    return a\n'
    editor.open(text)
    (found,) = editor.diagnostics
    assert found["range"]["start"] == {"line": 1, "character": 12}


HALF_WRITTEN = ["", "program", "program p(", '"""', "\x00", "😀" * 100, "    x = \n", 'import "a']


def test_half_written_files_never_end_the_session(editor: Editor):
    editor.open("")
    for version, text in enumerate(HALF_WRITTEN, 2):
        editor.change(text, version)
        for method in ("hover", "definition", "completion", "references"):
            more = {"context": {"includeDeclaration": True}} if method == "references" else {}
            for offset in (0, len(text)):
                editor.at(method, text, "", offset, **more)
    assert editor.close() == 0
