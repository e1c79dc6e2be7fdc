"""Think stripped by regex."""

import re
from openai import OpenAI
client = OpenAI(base_url="http://localhost:8000/v1", api_key="x")
SYSTEM = "For b23 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
THINK = re.compile(r"<think>.*?</think>", re.S)
def turn(history, text):
    history.append({"role":"user","content":text})
    r = client.chat.completions.create(model="qwen3-32b", messages=[{"role":"system","content":SYSTEM}, *history])
    history.append({"role":"assistant","content":THINK.sub("", r.choices[0].message.content)})  # want: PFX211 PFX207
