from pathlib import Path

from openai import OpenAI
from pydantic import BaseModel, ValidationError

client = OpenAI()
EXTRACT = Path("prompts/extract_invoice.md").read_text()


class Invoice(BaseModel):
    number: str
    total_cents: int
    due: str


def system_text(problem: str | None) -> str:
    notice = f"Your last answer was rejected: {problem}\n\n" if problem else ""  # want: PFX201
    return notice + EXTRACT  # want: PFX201


def extract(scan: str, attempts: int = 3) -> Invoice:
    problem: str | None = None
    for _ in range(attempts):
        r = client.chat.completions.create(
            model="gpt-4.1",
            messages=[
                {"role": "system", "content": system_text(problem)},  # want: PFX201
                {"role": "user", "content": scan},
            ],
        )
        try:
            return Invoice.model_validate_json(r.choices[0].message.content)
        except ValidationError as exc:
            problem = "; ".join(e["msg"] for e in exc.errors())
    raise ValueError(problem)
