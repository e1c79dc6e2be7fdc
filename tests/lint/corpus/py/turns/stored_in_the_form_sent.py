"""Messages are made flat before they are sent, and stored as they were sent."""

import json

import redis
from openai import OpenAI

client = OpenAI(base_url="http://localhost:30000/v1", api_key="-")
store = redis.Redis(decode_responses=True)


def flat(message: dict) -> dict:
    return {"role": message["role"], "content": "".join(p["text"] for p in message["content"])}


def turn(chat: str, rules: str, page: str, question: str) -> str:
    new = flat({"role": "user", "content": [{"type": "text", "text": page}, {"type": "text", "text": question}]})
    past = [json.loads(row) for row in store.lrange(f"talk:{chat}", 0, -1)]
    sent = [{"role": "system", "content": rules}, *past, new]
    answer = client.chat.completions.create(model="qwen3-32b", messages=sent).choices[0].message.content
    for each in (new, {"role": "assistant", "content": answer}):
        store.rpush(f"talk:{chat}", json.dumps(each))
    return answer
