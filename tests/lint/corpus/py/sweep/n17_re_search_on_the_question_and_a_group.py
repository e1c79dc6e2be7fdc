"""Re.search on the question and a group used in newest message."""

import re
from openai import OpenAI
client = OpenAI()
HEAD = "For n17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
NUMBER = re.compile(r"#(\d+)")
def ask(history, text):
    m = NUMBER.search(text)
    note = f"(ticket {m.group(1)})" if m else ""
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *history, {"role":"user","content":f"{text} {note}"}])
