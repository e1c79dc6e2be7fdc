"""What was said is made flat on its way into Redis, where the next turn finds it."""

import json

import redis
from openai import OpenAI

client = OpenAI(base_url="http://localhost:30000/v1", api_key="-")
store = redis.Redis(decode_responses=True)


def flat(message: dict) -> str:
    content = message["content"]
    if not isinstance(content, str):
        content = " ".join([part["text"] for part in content])
    return json.dumps({"role": message["role"], "content": content})  # want: PFX210 PFX207


def past(chat: str) -> list[dict]:
    return [json.loads(row) for row in store.lrange("talk:" + chat, 0, -1)]


def turn(chat: str, rules: str, page: str, question: str) -> str:
    new = {"role": "user", "content": [{"type": "text", "text": page}, {"type": "text", "text": question}]}
    sent = [{"role": "system", "content": rules}, *past(chat), new]
    answer = client.chat.completions.create(model="qwen3-32b", messages=sent).choices[0].message.content
    store.rpush("talk:" + chat, flat(new), flat({"role": "assistant", "content": answer}))
    return answer
