import os
import zlib

from openai import OpenAI

CLIENTS = [OpenAI(api_key=k) for k in os.environ["KEYS"].split(",")]
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(conversation_id: str, history: list[dict]) -> str:
    client = CLIENTS[zlib.crc32(conversation_id.encode()) % len(CLIENTS)]
    r = client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": STYLE}, *history],
        prompt_cache_key=conversation_id,
    )
    return r.choices[0].message.content
