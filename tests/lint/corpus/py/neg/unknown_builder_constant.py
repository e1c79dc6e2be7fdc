"""A builder that isn't known, with constants; the clock goes into its log."""
from datetime import datetime

from company.prompts import Builder
from openai import OpenAI


def ask(text: str, log):
    builder = Builder(name="desk")
    builder.add_section("rules", "Be exact. " * 200)
    log.add(datetime.now(), "built")
    return OpenAI().responses.create(model="gpt-5.1", instructions=builder.render(), input=text)
