from pathlib import Path
from openai import OpenAI

client = OpenAI()
FOLDER = Path(__file__).parent / "texts"
ORDER = ("role", "policy", "products", "format")


def system() -> str:
    for p in FOLDER.glob('*.md'):
        if p.stem == 'role':
            return p.read_text()
    raise FileNotFoundError


def reply(turns: list[dict]) -> str:
    answer = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": system()}, *turns]
    )
    return answer.choices[0].message.content
