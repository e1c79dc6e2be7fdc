import chainlit as cl
from openai import AsyncOpenAI

client = AsyncOpenAI()
RULES = "You help to fill an application for a loan. " * 80


@cl.on_message
async def on_message(message: cl.Message):
    history = cl.user_session.get("history")
    mood = cl.user_session.get("mood")
    history.append({"role": "user", "content": message.content})
    r = await client.chat.completions.create(
        model="gpt-4.1", messages=[{"role": "system", "content": f"The person is {mood}.\n{RULES}"}, *history]
    )
    text = r.choices[0].message.content
    history.append({"role": "assistant", "content": text})
    cl.user_session.set("mood", await guess(text))  # want: PFX201


async def guess(text: str) -> str:
    r = await client.chat.completions.create(model="gpt-4.1-mini", messages=[{"role": "user", "content": f"One word for the mood: {text}"}])
    return r.choices[0].message.content
