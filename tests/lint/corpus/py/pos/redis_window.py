"""The newest entries of a list in Redis."""
import json

from openai import OpenAI

client = OpenAI()


def recent(redis, chat: str) -> list[dict]:
    return [json.loads(m) for m in redis.lrange(chat, -30, -1)]  # want: PFX207


def ask(redis, chat: str, system: dict):
    return client.chat.completions.create(model="gpt-5.1", messages=[system, *recent(redis, chat)])
