"""The state of the work tree stands in the system prompt."""
import subprocess
from functools import partial

from openai import OpenAI

run = partial(subprocess.run, capture_output=True, text=True, check=False)
ROLE = "You review patches. Name the line, the fault and the fix. " * 80


def tree() -> str:
    return run(["git", "status", "--short", "--branch"]).stdout  # want: PFX105 PFX201


def review(patch: str, earlier: list[dict]):
    system = f"<repository>\n{tree()}</repository>\n{ROLE}"
    messages = [{"role": "system", "content": system}, *earlier, {"role": "user", "content": patch}]
    return OpenAI().chat.completions.create(model="gpt-5.1-codex", messages=messages)
