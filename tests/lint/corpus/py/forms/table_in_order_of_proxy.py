from pathlib import Path
from openai import OpenAI
from types import MappingProxyType

client = OpenAI()
FOLDER = Path(__file__).parent / "texts"
ORDER = ("role", "policy", "products", "format")


def texts():
    return MappingProxyType({p.stem: p.read_text() for p in FOLDER.glob("*.md")})  # want: PFX301


def system() -> str:
    held = texts()
    return '\n\n'.join(held[name] for name in held)


def reply(turns: list[dict]) -> str:
    answer = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": system()}, *turns]
    )
    return answer.choices[0].message.content
