"""History returned with the new messages."""

from openai import OpenAI
client = OpenAI()
HEAD = "For n24 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, text):
    msgs = [*history, {"role":"user","content":text}]
    r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":HEAD}, *msgs])
    return [*msgs, {"role":"assistant","content":r.choices[0].message.content}]
