"""Arguments through ast.literal_eval and json.dumps indent."""

import json, openai
client = openai.OpenAI(base_url="http://localhost:30000/v1", api_key="-")
HEAD = "For e17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def clean(call):
    return {**call, "function": {**call["function"], "arguments": json.dumps(json.loads(call["function"]["arguments"]), separators=(",", ":"))}}  # want: PFX303
def step(log, tools):
    r = client.chat.completions.create(model="q", tools=tools, messages=[{"role":"system","content":HEAD}, *log])
    m = r.choices[0].message.to_dict()
    m["tool_calls"] = [clean(c) for c in m.get("tool_calls", [])]
    log.append(m)
