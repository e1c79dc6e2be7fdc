"""Mongo sort -1 limit."""

import pymongo, openai
client = openai.OpenAI()
HEAD = "For e20 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
col = pymongo.MongoClient().chat.msgs
def past(cid, n=30):
    docs = list(col.find({"cid": cid}).sort("at", -1).limit(n))  # want: PFX207
    return [{"role": d["role"], "content": d["text"]} for d in docs[::-1]]
def say(cid, text):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *past(cid), {"role":"user","content":text}])
