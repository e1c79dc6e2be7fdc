"""What is known of the user follows everything that is shared."""

from dataclasses import dataclass

from openai import OpenAI

client = OpenAI()
HANDBOOK = "Advise on sailing boats. " * 120


@dataclass(frozen=True)
class Member:
    name: str
    boat: str


def advise(member: Member, question: str):
    return client.responses.create(
        model="gpt-5.1",
        instructions=HANDBOOK,
        input=f"{member.name} sails a {member.boat}. {question}",
    )
