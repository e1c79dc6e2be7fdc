from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import httpx
class Llm:
    def __init__(self):
        self.http = httpx.Client()
    def chat(self, system, messages):
        body = {"model": "m", "messages": [{"role": "system", "content": system}, *messages]}
        return self.http.post("/v1/chat/completions", json=body).json()
def ask(q, history):
    return Llm().chat(head(), [*history, {"role": "user", "content": q}])
