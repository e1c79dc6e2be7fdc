from pathlib import Path
from openai import OpenAI
from collections.abc import Mapping

client = OpenAI()
FOLDER = Path(__file__).parent / "texts"
ORDER = ("role", "policy", "products", "format")


class Texts(Mapping):
    def __init__(self, folder: Path):
        self._held = {p.stem: p.read_text() for p in folder.glob('*.md')}

    def __getitem__(self, name):
        return self._held[name]

    def __iter__(self):
        return iter(sorted(self._held))

    def __len__(self):
        return len(self._held)


def system() -> str:
    return '\n'.join(f'{k}: {v}' for k, v in Texts(FOLDER).items())


def reply(turns: list[dict]) -> str:
    answer = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": system()}, *turns]
    )
    return answer.choices[0].message.content
