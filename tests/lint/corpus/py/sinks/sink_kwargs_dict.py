from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from openai import OpenAI
client = OpenAI()
def request(q):
    kw = dict(model="m")
    kw["messages"] = [{"role": "system", "content": head()}, {"role": "user", "content": q}]
    kw.update(temperature=0)
    return kw
def ask(q):
    return client.chat.completions.create(**request(q))
