from openai import OpenAI

client = OpenAI(base_url="http://localhost:8000/v1")


def clean(message: dict) -> dict:
    return {
        k: v for k, v in message.items() if k not in ("reasoning_content", "reasoning")
    }  # want: PFX211 PFX207


class Solver:
    def __init__(self) -> None:
        self.turns: list[dict] = [{"role": "system", "content": "Solve step by step. " * 40}]

    def ask(self, text: str) -> str:
        self.turns.append({"role": "user", "content": text})
        reply = client.chat.completions.create(
            model="Qwen/Qwen3-32B", messages=[clean(m) for m in self.turns]
        )
        message = reply.choices[0].message.model_dump()
        self.turns.append(message)
        return message["content"]
