"""The same as blocks of messages."""

import anthropic

client = anthropic.Anthropic()
RULES = "Name the play by its first line, its author and its year. Never guess a year. Quote at most one line, and say from which act it is. " * 30


def ask(question, notes):
    messages = [
        {"role": "user", "content": question},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "toolu_notes", "name": "read_notes", "input": {"topic": question, "depth": "all of the notes that the library keeps"}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_notes", "content": notes}],
        },
        {"role": "assistant", "content": "I have read the notes, and answer from them alone, with the page of each."},
        {"role": "user", "content": "Answer in two sentences, and say which page each of them comes from, please."},
    ]
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system=RULES, messages=messages)
