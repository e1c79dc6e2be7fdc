from openai import OpenAI
from pydantic import BaseModel

client = OpenAI()
RULES = "Choose the one label that fits the text best. " * 90


class Extractor:
    def __init__(self, answer: type[BaseModel]):
        self.answer = answer

    def read(self, text: str):
        return client.chat.completions.parse(
            model="gpt-5",
            messages=[{"role": "system", "content": RULES}, {"role": "user", "content": text}],
            response_format=self.answer,
        )
