"""Sqlite newest n rows reversed."""

import sqlite3, openai
client = openai.OpenAI()
HEAD = "For e19 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
db = sqlite3.connect("chat.db")
def past(cid, n=30):
    rows = db.execute("SELECT role, content FROM msg WHERE cid = ? ORDER BY id DESC LIMIT ?", (cid, n)).fetchall()  # want: PFX207
    return [{"role": r, "content": c} for r, c in reversed(rows)]
def say(cid, text):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *past(cid), {"role":"user","content":text}])
