"""A beekeeper's helper looks up hives; an answer is shortened once, before it is put into the talk."""
from openai import OpenAI

client = OpenAI()


def inspect(guide, wish, tools, look_up, log):
    """One wish, as many look-ups as it takes; older readings are counted for the log alone."""
    said = [{"role": "system", "content": guide}, {"role": "user", "content": wish}]
    while True:
        readings = [entry for entry in said if entry["role"] == "tool"]
        log.info("%d older readings", len(readings[:-3]))
        shown = [{**entry, "content": "..."} for entry in readings[:-3]]
        log.debug("older: %s", shown)
        choice = client.chat.completions.create(model="gpt-5.1", messages=said, tools=tools).choices[0]
        said.append({"role": "assistant", "content": choice.message.content, "tool_calls": choice.message.tool_calls})
        if choice.finish_reason == "stop":
            return choice.message.content
        for call in choice.message.tool_calls:
            entry = {"role": "tool", "tool_call_id": call.id, "content": look_up(call)}
            entry["content"] = entry["content"][:2000]
            said.append(entry)
