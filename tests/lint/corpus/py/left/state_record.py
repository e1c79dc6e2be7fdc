import json

import redis
from openai import OpenAI

client = OpenAI()
db = redis.Redis()
RULES = "You help to fill an application for a loan. " * 80


def load(key: str) -> dict:
    raw = db.get(f"state:{key}")
    return json.loads(raw) if raw else {"step": 1, "history": []}


def talk(key: str, words: str) -> str:
    state = load(key)
    state["history"].append({"role": "user", "content": words})
    messages = [{"role": "system", "content": f"Step {state['step']} of 9.\n{RULES}"}, *state["history"]]
    r = client.chat.completions.create(model="gpt-4.1", messages=messages)
    text = r.choices[0].message.content
    state["history"].append({"role": "assistant", "content": text})
    state["step"] += 1  # want: PFX201
    db.set(f"state:{key}", json.dumps(state))
    return text
