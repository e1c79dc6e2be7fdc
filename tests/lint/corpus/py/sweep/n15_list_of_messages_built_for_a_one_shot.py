"""List of messages built for a one-shot from rows, newest asked."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def label(rows):
    out = []
    for row in rows:
        r = client.chat.completions.create(model="gpt-5.1-mini", messages=[{"role":"system","content":HEAD},{"role":"user","content":f"{row['title']}\n{row['body']}"}])
        out.append(r.choices[0].message.content)
    return out
