"""Filter for a chat front end: adds the room's state to every prompt."""
import random

import httpx


class Filter:
    def __init__(self):
        self.tips = ["Use short words.", "Ask back.", "Name a source."]

    async def inlet(self, body: dict, __user__: dict | None = None) -> dict:
        tip = random.choice(self.tips)  # want: PFX102 PFX205
        messages = body.get("messages", [])
        messages.insert(0, {"role": "system", "content": f"Tip of the day: {tip}"})
        body["messages"] = messages
        return body
