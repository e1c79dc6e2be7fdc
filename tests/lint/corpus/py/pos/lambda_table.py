"""Placeholders are resolved by a table of functions."""
import re
from datetime import datetime

from openai import OpenAI

RESOLVERS = {
    "TIME": lambda: datetime.now().strftime("%H:%M"),  # want: PFX101 PFX201
    "SHOP": lambda: "Corner shop",
}
RAW = "{{SHOP}}, {{TIME}}.\n" + "Sell nothing to people under eighteen. " * 100


def expand(text: str) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: RESOLVERS[match.group(1)](), text)


def serve(customer: str):
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": expand(RAW)}, {"role": "user", "content": customer}]
    )
