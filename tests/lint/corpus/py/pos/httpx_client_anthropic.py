"""A raw request to Anthropic."""
import uuid
import httpx

RULES = "You price antiques. " * 200


class Raw:
    def __init__(self, key):
        self.http = httpx.Client(headers={"x-api-key": key})

    def body(self, messages):
        return {
            "model": "claude-sonnet-5",
            "max_tokens": 400,
            "system": [
                {"type": "text", "text": f"job {uuid.uuid4()}"},  # want: PFX102 PFX201 PFX602
                {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}},
            ],
            "messages": messages,
        }

    def send(self, messages):
        return self.http.post("https://api.anthropic.com/v1/messages", json=self.body(messages)).json()
