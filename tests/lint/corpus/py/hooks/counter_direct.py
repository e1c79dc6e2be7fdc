import redis
from openai import OpenAI

client = OpenAI()
store = redis.Redis(decode_responses=True)
RULES = "Answer in plain words. Never name a customer. Say where a figure comes from. " * 20


def used(user: str) -> int:
    return int(store.get(f"used:{user}") or 0)  # want: PFX201 PFX104


def answer(user: str, turns: list[dict]) -> str:
    system = f"The caller has used {used(user)} tokens so far.\n{RULES}"
    reply = client.chat.completions.create(model="gpt-5.6", messages=[{"role": "system", "content": system}, *turns])
    store.incrby(f"used:{user}", reply.usage.total_tokens)
    return reply.choices[0].message.content
