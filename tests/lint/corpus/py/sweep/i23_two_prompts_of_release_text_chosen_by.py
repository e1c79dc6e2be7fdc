"""Two prompts of release text chosen by env."""

import os
from openai import OpenAI
client = OpenAI()
SYS = "For i23 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40 if os.getenv("EDITION") == "pro" else "For i23 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40 + "x"
def say(log): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS}, *log])
