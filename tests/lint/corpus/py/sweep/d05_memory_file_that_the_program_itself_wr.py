"""Memory file that the program itself writes is read into the system prompt."""

from pathlib import Path
import anthropic
client = anthropic.Anthropic()
NOTES = Path("notes.md")
HEAD = "For d05 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def remember(line: str) -> str:
    with NOTES.open("a") as f:
        f.write(line + "\n")
    return "noted"
def system() -> str:
    return HEAD + "\n\n" + NOTES.read_text()  # want: PFX201 PFX105 PFX801
def step(messages):
    return client.messages.create(model="claude-sonnet-5", max_tokens=9, system=system(), messages=messages)
