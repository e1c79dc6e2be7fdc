"""The environment at import is what was released."""
import os

from openai import AsyncOpenAI

RELEASE = os.environ.get("RELEASE", "dev")
TONE = os.getenv("TONE", "friendly")
SYSTEM = f"Release {RELEASE}. Answer in a {TONE} tone. " + "Keep to the catalogue. " * 150
client = AsyncOpenAI(api_key=os.environ["OPENAI_API_KEY"])


async def reply(text: str, history: list[dict]):
    messages = [{"role": "system", "content": SYSTEM}, *history, {"role": "user", "content": text}]
    return await client.chat.completions.create(model="gpt-5.1", messages=messages)
