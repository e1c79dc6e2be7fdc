"""A beekeeper's helper looks up hives; old answers are shortened in the loop itself."""
from openai import OpenAI

client = OpenAI()


def inspect(guide, wish, tools, look_up):
    """One wish, as many look-ups as it takes."""
    said = [{"role": "system", "content": guide}, {"role": "user", "content": wish}]
    while True:
        for old in said[:-6]:
            if old["role"] == "tool":
                old["content"] = old["content"][:80]  # want: PFX207
        choice = client.chat.completions.create(model="gpt-5.1", messages=said, tools=tools).choices[0]
        said.append(choice.message)
        if choice.finish_reason == "stop":
            return choice.message.content
        for call in choice.message.tool_calls:
            said.append({"role": "tool", "tool_call_id": call.id, "content": look_up(call)})
