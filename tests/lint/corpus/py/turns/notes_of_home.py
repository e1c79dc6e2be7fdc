from pathlib import Path
from anthropic import Anthropic

client = Anthropic()
NOTES = Path.home() / ".agent" / "notes.md"
CORE = "You are a personal agent. Keep notes on what the owner likes. Use them. Never tell them to others. Ask before you buy. " * 5


def remember(text):
    """Tool: keep a fact."""
    NOTES.write_text(NOTES.read_text() + "\n- " + text)


def system():
    return NOTES.read_text() + "\n\n" + CORE  # want: PFX201


def loop(messages, tools):
    while True:
        r = client.messages.create(model="claude-sonnet-4-5", max_tokens=900, system=system(), tools=tools, messages=messages)
        messages.append({"role": "assistant", "content": r.content})
        for b in r.content:
            if b.type == "tool_use" and b.name == "remember":
                remember(b.input["text"])
        if r.stop_reason != "tool_use":
            return r
