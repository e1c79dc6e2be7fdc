"""The answer names the model and the time, above the rules, by a template object."""
from dataclasses import dataclass
from datetime import datetime

from litellm import acompletion


@dataclass(frozen=True)
class Page:
    text: str

    def with_(self, **values) -> "Page":
        made = self.text
        for key, value in values.items():
            made = made.replace("{" + key + "}", str(value))
        return Page(made)


PAGE = Page("{when} / {model}\n" + "Only quote what is in the archive. " * 120)


async def ask(model: str, history: list[dict]):
    page = PAGE.with_(when=datetime.now().isoformat(timespec="minutes"), model=model)  # want: PFX101 PFX201
    return await acompletion(model=model, messages=[{"role": "system", "content": page.text}, *history])
