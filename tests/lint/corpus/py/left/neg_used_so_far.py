"""What a run has used is logged, and told in the newest message alone."""

import logging

from openai import OpenAI
from pydantic_ai import Agent, RunContext

HOUSE = "Sort the letters of the archive by year and by sender. Never open a sealed one. " * 40
log = logging.getLogger(__name__)
client = OpenAI()
sorter = Agent("openai:gpt-5.1", instructions=HOUSE)


@sorter.instructions
def in_its_language(ctx: RunContext[None]) -> str:
    log.info("used so far: %s", ctx.usage.total_tokens)
    return "Usage of the reading room: mornings only."


def ask(question: str, usage) -> str:
    told = f"{question}\n\nTokens so far: {usage.total_tokens}"
    said = [{"role": "system", "content": HOUSE}, {"role": "user", "content": told}]
    return client.chat.completions.create(model="gpt-5.1", messages=said).choices[0].message.content
