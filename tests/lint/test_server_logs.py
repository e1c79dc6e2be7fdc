"""Logs of servers: one that holds prompts is read under a folder, whatever else stands in it; others are left alone."""

from pathlib import Path

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.run import lint

RULES = "Keep to the timetable, and name the page that you rely on. " * 60


def _line(turn: int) -> str:
    said = [f"<|im_start|>user\nQuestion {n}, at some length.<|im_end|>\n" for n in range(turn)]
    prompt = f"<|im_start|>system\n{RULES}<|im_end|>\n" + "".join(said[-4:])
    return f"INFO 11-03 09:00:07 [logger.py:43] Received request chatcmpl-{turn}: prompt: {prompt!r}, params: x"


def test_a_servers_log_is_read_where_it_holds_prompts(tmp_path: Path) -> None:
    (tmp_path / "vllm.log").write_text("INFO started\n" + "\n".join(map(_line, range(1, 9))))
    (tmp_path / "app.log").write_text("INFO started\nINFO It is 10:15\n" * 40)
    result = lint([tmp_path], Config())
    assert [file.path.name for file in result.files] == ["vllm.log"]
    assert [finding.code for finding in result.findings] == ["PFX207"]
