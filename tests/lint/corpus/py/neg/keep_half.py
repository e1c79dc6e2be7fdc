from openai import OpenAI

LIMIT = 80
KEEP = 40


class Chat:
    def __init__(self, system: str) -> None:
        self.client = OpenAI()
        self.messages = [{"role": "system", "content": system}]

    def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        if len(self.messages) > LIMIT:
            self.messages = [self.messages[0]] + self.messages[-KEEP:]  # noqa: RUF005
        reply = self.client.chat.completions.create(model="gpt-5.1", messages=self.messages)
        answer = reply.choices[0].message.content
        self.messages.append({"role": "assistant", "content": answer})
        return answer
