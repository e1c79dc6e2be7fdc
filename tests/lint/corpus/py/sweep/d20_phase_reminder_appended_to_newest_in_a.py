"""Phase reminder appended to newest in a comprehension copy."""

import openai
client = openai.OpenAI()
HEAD = "For d20 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def outgoing(messages, phase):
    sent = [dict(m) for m in messages]
    for m in reversed(sent):
        if m["role"] == "user":
            m["content"] += f"\n<phase>{phase}</phase>"  # want: PFX209 PFX207
            break
    return sent
def turn(messages, phase, text):
    messages.append({"role": "user", "content": text})
    r = client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": HEAD}, *outgoing(messages, phase)])
    messages.append({"role": "assistant", "content": r.choices[0].message.content})
