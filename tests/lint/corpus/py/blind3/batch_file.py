"""Writes the input file for the OpenAI Batch API and starts the batch."""
import json
import uuid
from datetime import datetime, timezone
from pathlib import Path

from openai import OpenAI

client = OpenAI()
PROMPT = Path("prompts/topic.md").read_text()


def request_line(text: str) -> str:
    return json.dumps(
        {
            "custom_id": str(uuid.uuid4()),
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {
                "model": "gpt-4.1-mini",
                "messages": [
                    {"role": "system", "content": PROMPT},
                    {"role": "user", "content": text},
                ],
            },
        }
    )


def submit(texts: list[str]) -> str:
    path = Path(f"batch-{datetime.now(timezone.utc):%Y%m%dT%H%M%S}.jsonl")
    path.write_text("\n".join(map(request_line, texts)) + "\n")
    with path.open("rb") as fh:
        uploaded = client.files.create(file=fh, purpose="batch")
    batch = client.batches.create(
        input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    return batch.id
