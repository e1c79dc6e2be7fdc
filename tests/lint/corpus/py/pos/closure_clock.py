"""A closure reads the clock."""
import time

import anthropic


def make_prompt(text: str, zone: str):
    def current() -> str:
        stamp = time.strftime("%H:%M:%S", time.gmtime())  # want: PFX101 PFX201
        return f"[{zone} {stamp}]\n{text}"

    return current


prompt = make_prompt("You watch the alarms of a waterworks. " * 120, "UTC")
client = anthropic.Anthropic()


def watch(alarm: str):
    return client.messages.create(
        model="claude-sonnet-5", max_tokens=300, system=prompt(), messages=[{"role": "user", "content": alarm}]
    )
