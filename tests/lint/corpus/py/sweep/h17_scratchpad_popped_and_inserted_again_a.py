"""Scratchpad popped and inserted again at 1."""

from openai import OpenAI
client = OpenAI()
SYS = "For h17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def run(task, most=9):
    log = [{"role":"system","content":SYS}, {"role":"user","content":task}]
    notes = []
    for _ in range(most):
        log.pop(1)
        log.insert(1, {"role":"user","content": task + "\n" + "\n".join(notes)})  # want: PFX207
        m = client.chat.completions.create(model="gpt-5.1", messages=log).choices[0].message
        log.append({"role":"assistant","content":m.content})
        notes.append(m.content[:30])
