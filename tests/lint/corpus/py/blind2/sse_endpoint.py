import uuid
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI

router = APIRouter()
llm = AsyncOpenAI()
NARRATOR = Path("prompts/narrator.md").read_text()


async def events(messages: list[dict]) -> AsyncIterator[str]:
    stream = await llm.chat.completions.create(model="gpt-4.1", stream=True, messages=messages)
    async for chunk in stream:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            yield f"id: {uuid.uuid4()}\ndata: {text}\n\n"
    yield "event: done\ndata: -\n\n"


@router.post("/story")
async def story(body: dict) -> StreamingResponse:
    messages = [{"role": "system", "content": NARRATOR}, *body["history"], {"role": "user", "content": body["text"]}]
    return StreamingResponse(events(messages), media_type="text/event-stream")
