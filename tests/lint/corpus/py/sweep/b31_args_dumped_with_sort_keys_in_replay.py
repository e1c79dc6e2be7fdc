"""Args dumped with sort_keys in replay."""

import json, litellm
SYSTEM = "For b31 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def normalise(m):
    for c in m["tool_calls"]:
        c["function"]["arguments"] = json.dumps(json.loads(c["function"]["arguments"]), sort_keys=True)  # want: PFX303
    return m
def step(log, tools):
    m = litellm.completion(model="openai/x", messages=[{"role":"system","content":SYSTEM}, *log], tools=tools).choices[0].message.model_dump()
    if m["tool_calls"]:
        log.append(normalise(m))
