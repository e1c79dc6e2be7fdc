"""The last error, an object's repr, stands in the system prompt."""

from openai import OpenAI

client = OpenAI()
RULES = "Write SQL for a warehouse of seeds. Use no sub-queries. " * 90


class Runner:
    last_error = None

    def system(self):
        head = RULES
        if self.last_error is not None:
            head = f"Previous failure: {self.last_error!r}\n" + head  # want: PFX306 PFX201
        return head

    def ask(self, question, db):
        out = client.chat.completions.create(
            model="gpt-5.1",
            messages=[
                {"role": "system", "content": self.system()},
                {"role": "user", "content": question},
            ],
        )
        try:
            db.execute(out.choices[0].message.content)
        except Exception as error:
            self.last_error = error  # want: PFX306 PFX201
        return out
