"""Trim stored in redis ltrim."""

import json, redis
from openai import OpenAI
client = OpenAI(); db = redis.Redis()
SYSTEM = "For b03 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(cid, text):
    key = f"chat:{cid}"
    db.rpush(key, json.dumps({"role":"user","content":text}))
    db.ltrim(key, -24, -1)  # want: PFX207
    past = [json.loads(x) for x in db.lrange(key, 0, -1)]
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *past])
    db.rpush(key, json.dumps({"role":"assistant","content":r.choices[0].message.content}))
