import time
import uuid
from pathlib import Path

import httpx
from openai import OpenAI


def stamp_request(request: httpx.Request) -> None:
    request.headers["traceparent"] = f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
    request.headers["X-Sent-At"] = str(time.time_ns())


http = httpx.Client(event_hooks={"request": [stamp_request]}, timeout=60)
client = OpenAI(http_client=http)
PLAYBOOK = Path("prompts/sales_playbook.md").read_text()


def draft(lead: str) -> str:
    response = client.chat.completions.create(
        model="gpt-4.1",
        messages=[
            {"role": "system", "content": PLAYBOOK},
            {"role": "user", "content": lead},
        ],
    )
    return response.choices[0].message.content
