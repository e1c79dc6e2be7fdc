"""Raw arguments kept."""

from openai import OpenAI
import json
client = OpenAI()
HEAD = "For d09 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def loop(messages, tools, registry):
    while True:
        m = client.chat.completions.create(model="gpt-5.1", tools=tools, messages=[{"role": "system", "content": HEAD}, *messages]).choices[0].message
        messages.append({"role": "assistant", "content": m.content, "tool_calls": [{"id": c.id, "type": "function", "function": {"name": c.function.name, "arguments": c.function.arguments}} for c in m.tool_calls or []]})
        if not m.tool_calls:
            return m.content
        for c in m.tool_calls:
            args = json.loads(c.function.arguments)
            messages.append({"role": "tool", "tool_call_id": c.id, "content": json.dumps(registry[c.function.name](**args))})
