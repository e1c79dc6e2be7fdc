"""The traceback is the newest turn."""
import traceback

from openai import OpenAI

client = OpenAI()
STYLE = "Write one SQL statement for the question. Use the views, never the tables. " * 60


class Writer:
    def __init__(self, db):
        self.db = db
        self.trouble = ""

    def answer(self, messages: list[dict], tries: int = 3):
        for _ in range(tries):
            r = client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": STYLE}, *messages])
            messages.append({"role": "assistant", "content": r.choices[0].message.content})
            try:
                return self.db.execute(r.choices[0].message.content).fetchall()
            except Exception:
                self.trouble = traceback.format_exc()
                messages.append({"role": "user", "content": "It failed:\n" + self.trouble})
        return None
