"""What a service says is the result of a tool."""

import json
import litellm
import requests
HEAD = "For g14 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def weather(place):
    return json.dumps(requests.get("https://weather.example/" + place, timeout=3).json())
def step(log, tools):
    m = litellm.completion(model="openai/gpt-5.1", tools=tools, messages=[{"role": "system", "content": HEAD}, *log]).choices[0].message
    log.append(m)
    for call in m.tool_calls or []:
        log.append({"role": "tool", "tool_call_id": call.id, "content": weather(json.loads(call.function.arguments)["place"])})
