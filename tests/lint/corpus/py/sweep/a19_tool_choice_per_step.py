"""Tool_choice per step."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For a19 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def run(messages, tools, steps=8):
    for i in range(steps):
        kw = {"tool_choice": "required"} if i == 0 else {"tool_choice": "auto"}  # want: PFX605
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *messages], tools=tools, **kw)
        messages.append(r.choices[0].message)
