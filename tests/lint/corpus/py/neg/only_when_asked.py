from openai import OpenAI

client = OpenAI()
SYSTEM = "You comment on photographs. " + "Name the light, the frame and the moment. " * 30


def respond(messages: list[dict]) -> str | None:
    last = messages[-1]
    if last["role"] != "user" or not last["content"].strip():
        return None
    if last["content"].startswith("/clear"):
        messages.clear()
        return "cleared"
    wire = [{"role": "system", "content": SYSTEM}]
    for message in messages:
        if message.get("hidden"):
            continue
        wire.append({"role": message["role"], "content": message["content"]})
    return client.chat.completions.create(model="gpt-5.1", messages=wire).choices[0].message.content
