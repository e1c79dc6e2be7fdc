"""Times are taken around the call; the span is logged with the prompt's length."""

import logging
import time
import uuid

from anthropic import AsyncAnthropic

log = logging.getLogger(__name__)
client = AsyncAnthropic()
SYSTEM = "Sum up minutes of meetings. Name who does what until when. " * 80


async def sum_up(text: str) -> str:
    request_id = uuid.uuid4().hex
    started = time.perf_counter()
    reply = await client.messages.create(
        model="claude-sonnet-5",
        max_tokens=500,
        system=SYSTEM,
        messages=[{"role": "user", "content": text}],
        extra_headers={"x-request-id": request_id},
    )
    log.info("%s %d chars %.2fs", request_id, len(SYSTEM), time.perf_counter() - started)
    return reply.content[0].text
