"""Reasoning dropped on replay."""

from openai import OpenAI
client = OpenAI(base_url="http://localhost:8000/v1", api_key="x")
SYSTEM = "For b22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, text):
    history.append({"role":"user","content":text})
    r = client.chat.completions.create(model="qwen3-32b", messages=[{"role":"system","content":SYSTEM}, *history])
    m = r.choices[0].message.model_dump()
    m.pop("reasoning_content", None)  # want: PFX211 PFX207
    history.append(m)
