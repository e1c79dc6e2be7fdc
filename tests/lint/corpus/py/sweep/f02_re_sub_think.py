"""Re.sub think."""

import re
from openai import OpenAI
client = OpenAI(base_url="http://localhost:8000/v1", api_key="x")
SYSTEM = "For f02 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class C:
    def __init__(self): self.log = []
    def strip(self, t): return re.sub(r"(?s)<think>.*?</think>\s*", "", t)  # want: PFX211 PFX207
    def turn(self, text):
        self.log.append({"role":"user","content":text})
        r = client.chat.completions.create(model="qwen3-32b", messages=[{"role":"system","content":SYSTEM}, *self.log])
        self.log.append({"role":"assistant","content":self.strip(r.choices[0].message.content)})
