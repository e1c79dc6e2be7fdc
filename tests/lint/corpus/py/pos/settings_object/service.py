from openai import OpenAI

from .clock import Clock
from .prompts import build


class Service:
    def __init__(self, api_key: str) -> None:
        self._api = OpenAI(api_key=api_key)
        self._clock = Clock()

    def answer(self, thread: list[dict]) -> str:
        instructions = build(self._clock, "Acme")
        response = self._api.responses.create(
            model="gpt-5.1", instructions=instructions, input=thread
        )
        return response.output_text
