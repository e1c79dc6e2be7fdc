"""Machines of a workshop lend their commands for as long as they are reached."""

from dataclasses import dataclass, field

import anthropic

client = anthropic.Anthropic()


@dataclass
class Machine:
    label: str
    commands: list[dict] = field(default_factory=list)
    reached: bool = False


class Workshop:
    def __init__(self, machines: list[Machine]):
        self.machines = machines

    def lost(self, label: str) -> None:
        for machine in self.machines:
            if machine.label == label:
                machine.reached = False  # want: PFX305

    def found(self, label: str) -> None:
        for machine in self.machines:
            if machine.label == label:
                machine.reached = True  # want: PFX305

    def commands(self) -> list[dict]:
        every = []
        for machine in self.machines:
            if machine.reached:
                every.extend(machine.commands)
        return every


def order(workshop: Workshop, said: list[dict], wish: str):
    said.append({"role": "user", "content": wish})
    return client.messages.create(
        model="claude-sonnet-4-5", max_tokens=600, tools=workshop.commands(), messages=said
    )
