from openai import OpenAI

HIGH, LOW = 80, 12


class Session:
    def __init__(self, system: str):
        self.client = OpenAI()
        self.messages: list[dict] = [{"role": "system", "content": system}]

    def _compact(self) -> None:
        instruction = {"role": "user", "content": "Summarise everything so far for your own later use."}
        summary = self._call([*self.messages, instruction])
        head, tail = self.messages[0], self.messages[-LOW:]
        self.messages = [head, {"role": "user", "content": "Earlier in this session: " + summary}, *tail]

    def _call(self, messages: list[dict]) -> str:
        r = self.client.chat.completions.create(model="gpt-4.1", messages=messages)
        return r.choices[0].message.content

    def ask(self, text: str) -> str:
        if len(self.messages) > HIGH:
            self._compact()
        self.messages.append({"role": "user", "content": text})
        answer = self._call(self.messages)
        self.messages.append({"role": "assistant", "content": answer})
        return answer
