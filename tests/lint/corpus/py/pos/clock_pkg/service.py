"""The service."""

from openai import OpenAI

import clock_pkg


class Service:
    def __init__(self, client: OpenAI | None = None):
        self.client = client or OpenAI()

    def wake(self, guest: str):
        return self.client.responses.create(
            model="gpt-5.1", instructions=clock_pkg.build(), input=guest
        )
