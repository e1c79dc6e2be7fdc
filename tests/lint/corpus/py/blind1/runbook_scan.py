import os
from collections.abc import Iterator

import anthropic

RUNBOOK_DIR = os.environ.get("RUNBOOK_DIR", "/srv/runbooks")
client = anthropic.AsyncAnthropic()


def runbooks(root: str) -> Iterator[str]:
    with os.scandir(root) as entries:
        for entry in entries:  # want: PFX301
            if entry.is_file() and entry.name.endswith(".md"):
                with open(entry.path, encoding="utf-8") as fh:
                    yield f"### {entry.name}\n{fh.read().strip()}"


def knowledge() -> dict:
    return {
        "type": "text",
        "text": "\n\n".join(runbooks(RUNBOOK_DIR)),  # want: PFX301
        "cache_control": {"type": "ephemeral", "ttl": "1h"},
    }


async def triage(alert: dict):
    return await client.messages.create(
        model="claude-opus-4-1",
        max_tokens=1024,
        system=[knowledge()],
        messages=[{"role": "user", "content": f"{alert['title']}\n{alert['body']}"}],
    )
