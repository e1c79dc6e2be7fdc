import uuid

from openai import OpenAI


class Gateway:
    def __init__(self) -> None:
        self.client = OpenAI()

    def complete(self, user: str, messages: list[dict]):
        return self.client.chat.completions.create(
            model="gpt-5.1",
            messages=messages,
            prompt_cache_key=f"desk-{user}",
            extra_headers={"X-Request-ID": str(uuid.uuid4()), "Idempotency-Key": uuid.uuid4().hex},
        )
