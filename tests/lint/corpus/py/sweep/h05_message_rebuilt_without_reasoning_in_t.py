"""Message rebuilt without reasoning in to_history."""

from openai import OpenAI
client = OpenAI(base_url="http://localhost:30000/v1", api_key="x")
SYS = "For h05 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def to_history(message):
    d = message.to_dict()
    del d["reasoning_content"]  # want: PFX207 PFX211
    return d
def turn(log, text):
    log.append({"role":"user","content":text})
    m = client.chat.completions.create(model="qwen3", messages=[{"role":"system","content":SYS}, *log]).choices[0].message
    log.append(to_history(m))
    return m.content
