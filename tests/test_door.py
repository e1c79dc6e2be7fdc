"""The public door: every name is there, typed and untyped views agree, and nothing heavy is imported."""

import ast
import subprocess
import sys
from pathlib import Path

import sglc

SOURCE = Path(sglc.__file__).read_text(encoding="utf-8")


def test_every_public_name_can_be_imported():
    for name in sglc.__all__:
        assert getattr(sglc, name) is not None
    assert set(sglc.__all__) <= set(dir(sglc))


def test_type_checkers_see_the_same_names():
    block = next(node for node in ast.parse(SOURCE).body if isinstance(node, ast.If))
    seen = {
        alias.name: f"sglc.{node.module}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == sglc._MODULE_OF


def test_the_front_end_does_not_import_torch():
    code = (
        "import sys, sglc as s\n"
        "s.gen, s.function, s.Mock, s.OpenAI, s.RuntimeEndpoint\n"
        "assert not {'torch', 'transformers', 'httpx', 'rich'} & set(sys.modules), sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(sglc, "no_such_name")
