"""The cache gives what was found before, and notices every change."""

from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint

PROGRAM = 'import time, litellm\nlitellm.completion(model="gpt-5.1", messages=[{"role": "system", "content": %s}])\n'


def test_the_same_again_and_a_change_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "src").mkdir()
    file = tmp_path / "src" / "a.py"
    file.write_text(PROGRAM % 'str(time.time()) + "Rule. " * 90')
    first = lint([tmp_path / "src"], Config(), use_cache=True)
    again = lint([tmp_path / "src"], Config(), use_cache=True)
    assert [f.code for f in first.findings] == ["PFX101"]
    assert again.findings == first.findings
    assert len(list((tmp_path / "cache").rglob("*.json"))) == 1
    file.write_text(PROGRAM % '"Rule. " * 90')
    assert lint([tmp_path / "src"], Config(), use_cache=True).findings == ()
