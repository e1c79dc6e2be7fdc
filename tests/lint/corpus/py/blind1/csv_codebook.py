"""Survey coding: the codebook goes into the prompt as CSV."""
import csv
import io

from openai import OpenAI

client = OpenAI()

INTRO = open("prompts/survey_coding.md", encoding="utf-8").read()


def _columns(codes: list[dict]) -> list[str]:
    seen = set()  # want: PFX301
    for code in codes:
        seen |= code.keys()
    return list(seen)  # want: PFX301


def codebook_csv(codes: list[dict]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=_columns(codes), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(codes)
    return out.getvalue()


def code_answer(codes: list[dict], answer: str) -> str:
    system = f"{INTRO}\n\n```csv\n{codebook_csv(codes)}```"  # want: PFX301
    response = client.responses.create(
        model="gpt-4.1-mini",
        instructions=system,
        input=answer,
    )
    return response.output_text
