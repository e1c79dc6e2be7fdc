"""Trimming ends just under the cap, so that the next turn trims again."""

from litellm import completion

RULES = "Draw up menus for a canteen. " * 80
CAP = 24_000


def size(messages: list[dict]) -> int:
    return sum(len(m["content"]) // 4 for m in messages)


class Chat:
    def __init__(self):
        self.messages = [{"role": "system", "content": RULES}]

    def trim(self) -> None:
        while size(self.messages) > CAP and len(self.messages) > 2:
            del self.messages[1]  # want: PFX207

    def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        self.trim()
        answer = completion(model="gpt-5.1", messages=self.messages).choices[0].message.content
        self.messages.append({"role": "assistant", "content": answer})
        return answer
