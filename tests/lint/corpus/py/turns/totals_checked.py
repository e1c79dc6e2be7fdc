from collections import defaultdict
from openai import OpenAI

client = OpenAI()
USED = {}
BASE = "You answer as the shop's assistant. Name the price with tax. Offer the nearest branch. Never take an order by chat. " * 5


def ask(team, text):
    if USED.get(team, 0) > 100_000:
        raise RuntimeError("over budget")
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": BASE}, {"role": "user", "content": text}])
    USED[team] = USED.get(team, 0) + r.usage.total_tokens
    return r
