"""Rooms are kept in the order in which they were last asked for, and listed so."""

from collections import OrderedDict

from anthropic import Anthropic

client = Anthropic()
HEAD = "You heat a house. Name the room and the degrees. Never go above 24. Ask at night. " * 12


class Rooms:
    def __init__(self, degrees: dict[str, float]):
        self.degrees = OrderedDict(degrees)

    def asked(self, room: str) -> float:
        self.degrees.move_to_end(room)  # want: PFX301
        return self.degrees[room]

    def listed(self) -> str:
        return "\n".join(f"{room}: {self.degrees[room]}" for room in self.degrees)


def ask(rooms: Rooms, room: str, lines: list[dict]):
    rooms.asked(room)
    lines.append({"role": "user", "content": f"What about {room}?"})
    return client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=200,
        system=f"{rooms.listed()}\n{HEAD}",
        messages=lines,
    )
