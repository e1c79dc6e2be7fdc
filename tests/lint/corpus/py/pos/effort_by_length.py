from openai import OpenAI

client = OpenAI()


class Chat:
    def __init__(self) -> None:
        self.messages: list[dict] = [{"role": "system", "content": "Mind the budget. " * 90}]

    def ask(self, text: str):
        self.messages.append({"role": "user", "content": text})
        effort = "high" if len(self.messages) > 10 else "low"  # want: PFX605
        reply = client.chat.completions.create(
            model="gpt-5.1",
            messages=self.messages,
            reasoning_effort=effort,
        )
        self.messages.append(reply.choices[0].message.model_dump())
        return reply
