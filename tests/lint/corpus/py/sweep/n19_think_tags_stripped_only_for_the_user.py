"""Think tags stripped only for the user's eyes."""

import re
from openai import OpenAI
client = OpenAI(base_url="http://localhost:8000/v1", api_key="-")
HEAD = "For n19 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def say(log, text):
    log.append({"role":"user","content":text})
    m = client.chat.completions.create(model="qwen3", messages=[{"role":"system","content":HEAD}, *log]).choices[0].message
    log.append(m.model_dump())
    shown = m.model_dump(); shown.pop("reasoning_content", None)
    return shown
