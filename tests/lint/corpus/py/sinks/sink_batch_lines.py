from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import json
def lines(rows):
    for n, row in enumerate(rows):
        yield json.dumps({"custom_id": str(n), "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m", "messages": [{"role": "system", "content": head()}, {"role": "user", "content": row}]}})
