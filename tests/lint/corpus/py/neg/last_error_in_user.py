"""The last error is told in the newest message."""

from openai import OpenAI

client = OpenAI()
SYSTEM = {"role": "system", "content": "Write SQL for a library. " * 150}


class Runner:
    def __init__(self):
        self.last_error = None
        self.messages = [SYSTEM]

    def ask(self, question, db):
        note = f"\nLast error: {self.last_error}" if self.last_error else ""
        self.messages.append({"role": "user", "content": question + note})
        out = client.chat.completions.create(model="gpt-5.1", messages=self.messages)
        try:
            db.execute(out.choices[0].message.content)
        except Exception as error:
            self.last_error = str(error)
