from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from anthropic import AnthropicBedrock
client = AnthropicBedrock()
def ask(q):
    return client.beta.messages.create(model="claude-sonnet-4-5", max_tokens=9, system=head(), messages=[{"role": "user", "content": q}])
