"""A crew of a lighthouse asks; what the gauges said earlier is blanked before each request."""
import anthropic

client = anthropic.Anthropic()
BLANK = "(reading dropped)"
LAST = 4


def blank_readings(talk):
    """Keeps the newest readings whole."""
    readings = [entry for entry in talk if entry["role"] == "tool"]
    for entry in readings[:-LAST]:
        entry["content"] = BLANK  # want: PFX207


def watch(orders, question, gauges, read_gauge):
    """Answers one question about the light."""
    talk = [{"role": "user", "content": question}]
    for _ in range(20):
        blank_readings(talk)
        answer = client.messages.create(
            model="claude-sonnet-5", max_tokens=500, system=orders, tools=gauges, messages=talk
        )
        talk.append({"role": "assistant", "content": answer.content})
        wanted = [block for block in answer.content if block.type == "tool_use"]
        if not wanted:
            break
        for block in wanted:
            talk.append({"role": "tool", "content": read_gauge(block.name, block.input)})
    return talk
