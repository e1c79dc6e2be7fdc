import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import anthropic

from .sandbox_manual import MANUAL

client = anthropic.Anthropic()


@contextmanager
def workspace(repo: str):
    with tempfile.TemporaryDirectory(prefix="job-") as folder:  # want: PFX102 PFX201 PFX105
        subprocess.run(["git", "clone", "--depth", "1", repo, folder], check=True)
        yield Path(folder)


def system_for(folder: Path) -> list[dict]:
    return [{"type": "text", "text": f"You work in {folder}.\n{MANUAL}", "cache_control": {"type": "ephemeral"}}]  # want: PFX102 PFX201 PFX105


def fix(repo: str, issue: str, tools: list[dict]):
    with workspace(repo) as folder:
        return client.messages.create(
            model="claude-opus-4-1",
            max_tokens=4096,
            system=system_for(folder),
            tools=tools,
            messages=[{"role": "user", "content": issue}],
        )
