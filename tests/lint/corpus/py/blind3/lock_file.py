import contextlib
import os
import socket
from datetime import datetime
from pathlib import Path

import litellm

SYSTEM = Path("prompts/changelog.md").read_text()


@contextlib.contextmanager
def lock(path: Path = Path("changelog.lock")):
    path.write_text(f"{os.getpid()}@{socket.gethostname()} {datetime.now().isoformat()}\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def changelog(commits: list[str]) -> str:
    with lock():
        r = litellm.completion(
            model="anthropic/claude-sonnet-4-5",
            messages=[
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": "\n".join(commits)},
            ],
        )
    return r.choices[0].message.content
