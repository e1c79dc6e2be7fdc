"""A museum's small model names the ware of a sherd: numbers stand behind a blank, a colon, a line end or a letter."""
from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:30000/v1", api_key="none")
SHERDS = Path(__file__).with_name("sherds.txt").read_text(encoding="utf-8").rstrip()


def by_number(number: int) -> str:
    return f"{SHERDS}\n\nSherd 19 {number}\nWare:"


def by_serial(serial: int) -> str:
    return f"{SHERDS}\n\nYear 1900, serial:{serial}\nWare:"


def by_id(sherd_id: str) -> str:
    return f"{SHERDS}\n\nRoom 12\n{sherd_id}\nWare:"


def by_mark(number: int) -> str:
    return f"{SHERDS}\n\nShelf 3b{number}\nWare:"


def by_word(colour: str) -> str:
    return f"{SHERDS}\n\nShelf 12{colour}\nWare:"


def behind_text(seen: str, number: int) -> str:
    return f"{SHERDS}\n\nSeen: {seen}\nShelf 1900{number}\nWare:"


def wares(seen: str, number: int, mark: str, colour: str) -> list[str]:
    prompts = [by_number(number), by_serial(number), by_id(mark), by_mark(number), by_word(colour), behind_text(seen, number)]
    return [client.completions.create(model="base-8b", prompt=p, max_tokens=5).choices[0].text for p in prompts]
