"""Think stripped for display only."""

import re
from openai import OpenAI
client = OpenAI(base_url="http://localhost:8000/v1", api_key="x")
SYSTEM = "For f04 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, text):
    history.append({"role":"user","content":text})
    r = client.chat.completions.create(model="qwen3-32b", messages=[{"role":"system","content":SYSTEM}, *history])
    raw = r.choices[0].message.content
    history.append({"role":"assistant","content":raw})
    return re.sub(r"<think>.*?</think>", "", raw, flags=re.S)
