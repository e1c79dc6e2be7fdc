"""The next account is asked only where one refuses, so that calls stay with the cache of the first."""

from openai import OpenAI, RateLimitError

RULES = "Check the bill of quantities against the drawings. " * 80


class Accounts:
    def __init__(self, keys: list[str]):
        self.clients = [OpenAI(api_key=key) for key in keys]
        self.at = 0

    def check(self, bill: str) -> str:
        while True:
            client = self.clients[self.at]
            try:
                r = client.chat.completions.create(
                    model="gpt-5.1",
                    messages=[{"role": "system", "content": RULES}, {"role": "user", "content": bill}],
                )
                return r.choices[0].message.content
            except RateLimitError:
                self.at = (self.at + 1) % len(self.clients)
