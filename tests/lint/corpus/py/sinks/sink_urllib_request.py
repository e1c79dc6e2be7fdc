from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import json, urllib.request
def ask(q):
    data = json.dumps({"model": "m", "messages": [{"role": "system", "content": head()}, {"role": "user", "content": q}]}).encode()
    req = urllib.request.Request("https://x/v1/chat/completions", data=data)
    return urllib.request.urlopen(req).read()
