import anthropic

client = anthropic.Anthropic()
TTL = {"type": "ephemeral", "ttl": "1h"}


def send(system, messages, tries=3):
    for attempt in range(tries):
        try:
            return client.messages.create(
                model="claude-sonnet-5", max_tokens=900,
                system=[{"type": "text", "text": system, "cache_control": TTL}], messages=messages,
                extra_headers={"x-attempt": str(attempt), "anthropic-beta": "extended-cache-ttl-2025-04-11"})
        except anthropic.RateLimitError:
            continue
    raise RuntimeError("no answer")
