import redis
from openai import OpenAI

client = OpenAI()
store = redis.Redis(decode_responses=True)


def house_rules() -> str:
    return store.get("prompt:house") or "Answer in plain words."


def answer(user: str, turns: list[dict]) -> str:
    reply = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": house_rules()}, *turns]
    )
    store.incrby(f"used:{user}", reply.usage.total_tokens)
    return reply.choices[0].message.content
