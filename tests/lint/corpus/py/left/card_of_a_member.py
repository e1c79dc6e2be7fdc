"""A library answers its members; their card speaks for itself, in front of the house rules."""
from typing import NamedTuple

from openai import OpenAI

client = OpenAI()
HOUSE = "Books may be kept for four weeks. Maps stay in the house. Whoever is late pays ten cents a day. " * 90


class Member(NamedTuple):
    """Who holds a card."""

    full_name: str
    branch: str

    def line(self) -> str:
        """Who is asking."""
        return f"The member is {self.full_name} of the branch {self.branch}."  # want: PFX104 PFX201 PFX202


def rules_for(card: Member) -> str:
    """Instructions of one member."""
    return "\n".join([card.line(), HOUSE])


def ask(card: Member, talk: list[dict]) -> str:
    """One answer."""
    reply = client.responses.create(model="gpt-5.1", instructions=rules_for(card), input=talk)
    return reply.output_text
