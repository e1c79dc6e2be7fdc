"""Requests for a batch: each row has an id of its own outside of its body."""
import json
import uuid
from pathlib import Path

RULES = "Name the subject. " * 200


def write(rows: list[str], path: Path) -> None:
    with path.open("w") as file:
        for row in rows:
            body = {
                "model": "gpt-5.1",
                "messages": [{"role": "system", "content": RULES}, {"role": "user", "content": row}],
            }
            line = {"custom_id": str(uuid.uuid4()), "method": "POST", "url": "/v1/chat/completions", "body": body}
            file.write(json.dumps(line) + "\n")
