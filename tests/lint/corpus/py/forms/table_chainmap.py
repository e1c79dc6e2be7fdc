from pathlib import Path
from openai import OpenAI
from collections import ChainMap

client = OpenAI()
FOLDER = Path(__file__).parent / "texts"
ORDER = ("role", "policy", "products", "format")


def texts():
    return ChainMap({'role': 'You help.'}, {p.stem: p.read_text() for p in FOLDER.glob("*.md")})


def system() -> str:
    held = texts()
    return '\n\n'.join(held[name] for name in ORDER)


def reply(turns: list[dict]) -> str:
    answer = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": system()}, *turns]
    )
    return answer.choices[0].message.content
