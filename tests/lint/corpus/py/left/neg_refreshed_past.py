import time

import anthropic

client = anthropic.Anthropic()
RULES = "You tell a trader what the desk knows. " * 90


class Desk:
    def __init__(self):
        self.token = ""
        self.at = 0.0

    def renew(self, auth) -> None:
        if time.time() - self.at > 600:
            self.token = auth.token()
            self.at = time.time()

    def ask(self, auth, messages: list[dict]):
        self.renew(auth)
        return client.messages.create(model="claude-sonnet-4-5", max_tokens=400, system=RULES, messages=messages)
