import json

import redis
from anthropic import Anthropic

r = redis.Redis(decode_responses=True)
client = Anthropic()
MAX = 40


class RedisHistory:
    def __init__(self, chat: str):
        self.key = f"chat:{chat}"

    def push(self, role: str, content: str) -> None:
        pipe = r.pipeline()
        pipe.rpush(self.key, json.dumps({"role": role, "content": content}))
        pipe.ltrim(self.key, -MAX, -1)  # want: PFX207
        pipe.execute()

    def __iter__(self):
        return (json.loads(item) for item in r.lrange(self.key, 0, -1))


def chat(chat_id: str, text: str, system: str) -> str:
    history = RedisHistory(chat_id)
    history.push("user", text)
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=900,
        system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
        messages=list(history),  # want: PFX207
    )
    history.push("assistant", reply.content[0].text)
    return reply.content[0].text
