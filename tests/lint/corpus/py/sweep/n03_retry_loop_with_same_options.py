"""Retry loop with same options."""

from openai import OpenAI, RateLimitError
import time, random
client = OpenAI()
HEAD = "For n03 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(q):
    for n in range(5):
        try:
            return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD},{"role":"user","content":q}], temperature=0)
        except RateLimitError:
            time.sleep(2 ** n + random.random())
