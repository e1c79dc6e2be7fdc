import random
import string

import poml
from openai import AsyncOpenAI

client = AsyncOpenAI()
ALPHABET = string.ascii_uppercase + string.digits


def token(length: int = 10) -> str:
    return "".join(random.choice(ALPHABET) for _ in range(length))  # want: PFX102 PFX201


async def question(answers: list[dict]) -> str:
    params = poml.poml("interview.poml", context={"token": token()}, format="openai_chat")
    messages = [*params["messages"], *answers]
    r = await client.chat.completions.create(model="gpt-4.1", messages=messages)
    return r.choices[0].message.content
