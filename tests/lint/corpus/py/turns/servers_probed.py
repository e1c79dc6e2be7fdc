"""The commands of the stations that answer a probe are offered, chosen in a comprehension."""

import httpx
from openai import OpenAI

client = OpenAI()


class Stations:
    def __init__(self, rules: str, addresses: list[str], commands: dict[str, dict]) -> None:
        self.rules, self.addresses, self.commands = rules, addresses, commands
        self.said = [{"role": "system", "content": rules}]

    def probe(self, address: str) -> bool:
        try:
            httpx.get(f"{address}/health", timeout=1).raise_for_status()
            return self.ping(address)
        except httpx.HTTPError:
            return False

    def ping(self, address: str) -> bool:
        return httpx.get(f"{address}/ping").text == "pong"

    def ask(self, question: str):
        self.said.append({"role": "user", "content": question})
        there = [self.commands[a] for a in sorted(self.addresses) if self.probe(a)]  # want: PFX305
        return client.chat.completions.create(model="gpt-5.1", messages=self.said, tools=there)
