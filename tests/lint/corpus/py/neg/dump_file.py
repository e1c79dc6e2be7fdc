"""The prompt is written to a file whose name holds the time, for debugging."""

import json
import time
from pathlib import Path

from anthropic import Anthropic

client = Anthropic()
RULES = "Compare insurances. Cite the clause. " * 120


def compare(offers: str):
    body = {"system": RULES, "messages": [{"role": "user", "content": offers}]}
    Path(f"/var/log/prompts/{time.time_ns()}.json").write_text(json.dumps(body))
    return client.messages.create(model="claude-sonnet-5", max_tokens=700, **body)
