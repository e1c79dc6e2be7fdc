from pathlib import Path
from openai import OpenAI
from operator import itemgetter

client = OpenAI()
FOLDER = Path(__file__).parent / "texts"
ORDER = ("role", "policy", "products", "format")


def texts():
    return {p.stem: p.read_text() for p in FOLDER.glob("*.md")}


def system() -> str:
    return '\n'.join(itemgetter(*ORDER)(texts()))


def reply(turns: list[dict]) -> str:
    answer = client.chat.completions.create(
        model="gpt-5.6", messages=[{"role": "system", "content": system()}, *turns]
    )
    return answer.choices[0].message.content
