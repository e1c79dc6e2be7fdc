from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import json, requests
def ask(q):
    payload = {"model": "m", "messages": [{"role": "system", "content": head()}, {"role": "user", "content": q}]}
    return requests.post("https://x/v1/chat/completions", data=json.dumps(payload)).json()
