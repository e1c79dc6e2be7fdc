import uuid

from openai import OpenAI

client = OpenAI()
STYLE = "Turn the minutes into a letter to the members. " * 90


def letter(minutes: str) -> str:
    request_id = str(uuid.uuid4())  # want: PFX607
    r = client.responses.create(
        model="gpt-5.1",
        instructions=STYLE,
        input=minutes,
        prompt_cache_key=request_id,
    )
    return r.output_text
