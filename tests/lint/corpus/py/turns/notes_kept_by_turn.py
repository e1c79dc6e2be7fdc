"""What was looked up for a message is kept beside it, and sent with it again."""

from openai import OpenAI

client = OpenAI()


class Talk:
    def __init__(self, library, head: str):
        self.library = library
        self.lines = [{"role": "system", "content": head}]
        self.beside: dict[int, str] = {}

    def look_up(self, at: int) -> None:
        found = self.library.search(self.lines[at]["content"], k=4)
        self.beside[at] = "\n".join(f.text for f in found) + "\n"

    def sent(self) -> list[dict]:
        return [
            {**line, "content": self.beside.get(n, "") + line["content"]}
            for n, line in enumerate(self.lines)
        ]

    def say(self, text: str):
        self.lines.append({"role": "user", "content": text})
        self.look_up(len(self.lines) - 1)
        r = client.chat.completions.create(model="gpt-4.1", messages=self.sent())
        self.lines.append({"role": "assistant", "content": r.choices[0].message.content})
        return r
