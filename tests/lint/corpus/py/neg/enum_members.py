"""Members of an enumeration are in the order in which they are written."""

from enum import Enum

from openai import OpenAI

client = OpenAI()


class Team(Enum):
    BILLING = "bills and refunds"
    SHIPPING = "parcels"
    OTHER = "all else"


def system() -> str:
    lines = [f"- {team.name}: {team.value}" for team in Team]
    return "Route the ticket.\n" + "\n".join(lines) + "\n" + "Name one team alone. " * 150


def route(ticket: str):
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": system()}, {"role": "user", "content": ticket}],
    )
