"""Results are shortened as they come into the list, by their own length, and stay as they were sent."""

from openai import OpenAI

client = OpenAI()
RULES = "Find the leak. Read the plan of a floor before you name a pipe of it. " * 80
MOST = 4_000


def shortened(text: str) -> str:
    return text if len(text) <= MOST else text[:MOST] + "\n(cut)"


def find(complaint: str, tools, plans) -> str:
    messages = [{"role": "system", "content": RULES}, {"role": "user", "content": complaint}]
    for _ in range(30):
        sent = [{**m, "content": m["content"].strip()} if m["role"] == "tool" else m for m in messages]
        reply = client.chat.completions.create(model="gpt-5.1", tools=tools, messages=sent)
        said = reply.choices[0].message
        messages.append({"role": "assistant", "content": said.content or "", "tool_calls": said.tool_calls})
        if not said.tool_calls:
            return said.content
        for call in said.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": shortened(plans(call))})
    return ""
