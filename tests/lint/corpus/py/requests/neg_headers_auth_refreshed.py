import time

import httpx


class Tokens:
    def __init__(self):
        self.value, self.until = "", 0.0

    def get(self):
        if time.time() > self.until:
            r = httpx.post("https://auth.example/token").json()
            self.value, self.until = r["access_token"], time.time() + r["expires_in"]
        return self.value


TOKENS = Tokens()


def send(system, messages):
    return httpx.post(
        "https://llm.example/v1/messages",
        json={"model": "claude-sonnet-5", "system": system, "messages": messages, "max_tokens": 10},
        headers={"authorization": f"Bearer {TOKENS.get()}", "anthropic-beta": "files-api-2025-04-14"}).json()
