from openai import OpenAI

client = OpenAI()
RULES = "Choose the one label that fits the text best. " * 90


def classify(text: str, labels: list[str]) -> str:
    schema = {
        "name": "label",
        "schema": {"type": "object", "properties": {"label": {"type": "string", "enum": labels}}, "required": ["label"]},
    }
    reply = client.chat.completions.create(
        model="gpt-5",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": text}],
        response_format={"type": "json_schema", "json_schema": schema},  # want: PFX605
    )
    return reply.choices[0].message.content
