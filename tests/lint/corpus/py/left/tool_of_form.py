import anthropic

client = anthropic.Anthropic()
RULES = "Read a scanned form. Give dates as ISO dates. " * 90


def tool_for(questions: list[dict]) -> dict:
    return {
        "name": "fill",
        "description": "Fill the form.",
        "input_schema": {"type": "object", "properties": {q["key"]: {"type": "string", "description": q["label"]} for q in questions}},
    }


def fill(questions: list[dict], scan: str):
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=1000,
        system=RULES,
        tools=[tool_for(questions)],  # want: PFX305 PFX605
        tool_choice={"type": "tool", "name": "fill"},
        messages=[{"role": "user", "content": scan}],
    )
