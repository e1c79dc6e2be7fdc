from pathlib import Path
from openai import OpenAI

client = OpenAI()
FOLDER = Path(__file__).parent / "texts"
ORDER = ("role", "policy", "products", "format")


class Texts:
    def __init__(self, folder: Path):
        self._held = {p.stem: p.read_text() for p in folder.glob('*.md')}

    def __getitem__(self, name: str) -> str:
        return self._held[name]

    def __iter__(self):
        return iter(ORDER)


TEXTS = Texts(FOLDER)


def system() -> str:
    return '\n'.join(TEXTS[name] for name in TEXTS)


def reply(turns: list[dict]) -> str:
    answer = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": system()}, *turns]
    )
    return answer.choices[0].message.content
