"""The traceback goes to the log."""
import logging
import traceback

from openai import OpenAI

client = OpenAI()
STYLE = "Write one SQL statement for the question. Use the views, never the tables. " * 60
log = logging.getLogger(__name__)


class Writer:
    def __init__(self):
        self.trouble = ""

    def answer(self, question: str):
        try:
            r = client.chat.completions.create(
                model="gpt-5.1", messages=[{"role": "system", "content": STYLE}, {"role": "user", "content": question}]
            )
        except Exception:
            self.trouble = traceback.format_exc()
            log.error("failed: %s", self.trouble)
            raise
        return r.choices[0].message.content
