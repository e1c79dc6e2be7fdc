"""Thinking blocks filtered out before storing."""

import anthropic
client = anthropic.Anthropic()
SYS = "For h06 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(log, text, tools):
    log.append({"role":"user","content":text})
    r = client.messages.create(model="claude-sonnet-5", max_tokens=9000, thinking={"type":"enabled","budget_tokens":4000}, system=SYS, tools=tools, messages=log)
    log.append({"role":"assistant","content":[b for b in r.content if b.type != "thinking"]})  # want: PFX207 PFX211
    return r
