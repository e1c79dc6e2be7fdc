"""Prompt assembled by context manager writing lines."""

import io, contextlib, time, openai
client = openai.OpenAI()
HEAD = "For e22 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def head():
    buf = io.StringIO()
    with contextlib.redirect_stdout(buf):
        print("clock", time.ctime())  # want: PFX101
        print(HEAD)
    return buf.getvalue()
def ask(h): return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":head()}, *h])
