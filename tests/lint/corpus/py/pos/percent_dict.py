"""Percent formatting with a dictionary."""
import datetime as dt

from openai import OpenAI

TEXT = """It is %(clock)s in %(city)s.
You are the night porter of a hotel.
%(house)s"""
HOUSE = "Quiet hours begin at ten. Breakfast is from seven to ten. " * 80


def facts() -> dict[str, str]:
    return {"clock": dt.datetime.now().strftime("%H:%M"), "city": "Graz", "house": HOUSE}  # want: PFX101 PFX201


def porter(history: list[dict]):
    system = TEXT % facts()
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": system}] + history
    )
