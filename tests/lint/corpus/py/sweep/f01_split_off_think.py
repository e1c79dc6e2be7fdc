"""Split off think."""

from openai import OpenAI
client = OpenAI(base_url="http://localhost:8000/v1", api_key="x")
SYSTEM = "For f01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, text):
    history.append({"role":"user","content":text})
    r = client.chat.completions.create(model="qwen3-32b", messages=[{"role":"system","content":SYSTEM}, *history])
    answer = r.choices[0].message.content.split("</think>")[-1].strip()  # want: PFX211 PFX207
    history.append({"role":"assistant","content":answer})
