"""Pictures in a conversation are described once, in place: the head is no picture."""

from openai import OpenAI

client = OpenAI()
HEAD = "You look at photographs. " + "Name the light, the frame and the moment. " * 30


class Viewer:
    def __init__(self, describe):
        self.describe = describe
        self.messages = []

    def turn(self, text):
        self.messages.append({"role": "user", "content": text, "kind": "text"})
        wire = [{"role": "system", "content": HEAD, "kind": "text"}] + self.messages  # noqa: RUF005
        for each in [m for m in wire if m["kind"] == "image"]:
            if each["form"] == "path":
                each["content"] = f"A picture at {each['content']}: {self.describe(each)}"
        reply = client.chat.completions.create(model="gpt-5.1", messages=wire)
        self.messages.append(reply.choices[0].message.model_dump())
        return reply
