import time

from openai import OpenAI


class Gateway:
    def __init__(self) -> None:
        self.client = OpenAI()

    def complete(self, user: str, messages: list[dict]):
        key = f"{user}-{int(time.time())}"  # want: PFX607
        return self.client.chat.completions.create(
            model="gpt-5.1", messages=messages, prompt_cache_key=key
        )
