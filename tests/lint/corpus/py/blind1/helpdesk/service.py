import logging

from fastapi import APIRouter, Depends
from openai import AsyncOpenAI
from pydantic import BaseModel

from .prompting import PromptBuilder, TicketContext

router = APIRouter(prefix="/helpdesk")
logger = logging.getLogger("helpdesk")
llm = AsyncOpenAI()


class Ask(BaseModel):
    queue: str = "general"
    priority: int = 3
    text: str


def get_builder() -> PromptBuilder:
    return PromptBuilder()


@router.post("/ask")
async def ask(body: Ask, builder: PromptBuilder = Depends(get_builder)) -> dict:
    ctx = TicketContext(queue=body.queue, priority=body.priority)
    completion = await llm.chat.completions.create(
        model="gpt-4.1",
        messages=[
            {"role": "system", "content": builder.system(ctx)},
            {"role": "user", "content": body.text},
        ],
    )
    logger.info("helpdesk answer, %s tokens", completion.usage.total_tokens)
    return {"answer": completion.choices[0].message.content}
