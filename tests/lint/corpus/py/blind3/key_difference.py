"""Tells the model which fields of a form are still missing from the template."""
from pathlib import Path

import yaml
from openai import OpenAI

client = OpenAI()


def load(path: str) -> dict:
    return yaml.safe_load(Path(path).read_text())


class FormGuide:
    def __init__(self, template: str, defaults: str):
        self.template = load(template)
        self.defaults = load(defaults)
        self.rules = Path("prompts/forms_guide.md").read_text()

    def mandatory(self) -> str:
        open_fields = self.template.keys() - self.defaults.keys()  # want: PFX301
        return "\n".join(f"- {field}: {self.template[field]['label']}" for field in open_fields)  # want: PFX301

    def ask(self, history: list[dict]) -> str:
        system = f"{self.rules}\n\nFields to collect:\n{self.mandatory()}"  # want: PFX301
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": system}, *history])
        return r.choices[0].message.content
