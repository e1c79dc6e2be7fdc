import tiktoken
from openai import OpenAI

client = OpenAI()
encoding = tiktoken.get_encoding("o200k_base")
BUDGET = 12_000


def size(message: dict) -> int:
    return len(encoding.encode(message["content"])) + 4


def fit(messages: list[dict], budget: int = BUDGET) -> list[dict]:
    """System message first, then as many of the newest as there is room for."""
    system, rest = messages[0], list(messages[1:])
    while rest and size(system) + sum(map(size, rest)) > budget:
        rest.pop(0)  # want: PFX207
    return [system, *rest]


class CoachingSession:
    def __init__(self, method: str):
        self.messages = [{"role": "system", "content": method}]

    def exchange(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        r = client.chat.completions.create(model="gpt-4.1", messages=fit(self.messages))  # want: PFX207
        answer = r.choices[0].message.content
        self.messages.append({"role": "assistant", "content": answer})
        return answer
