from pydantic import create_model
from openai import OpenAI

client = OpenAI()
RULES = "Read a scanned form. Give dates as ISO dates. " * 90


def extract(form, scan: str):
    Answer = create_model("Answer", **{field.name: (str, ...) for field in form.fields})
    return client.chat.completions.parse(
        model="gpt-5",
        messages=[{"role": "system", "content": RULES}, {"role": "user", "content": scan}],
        response_format=Answer,  # want: PFX605
    )
