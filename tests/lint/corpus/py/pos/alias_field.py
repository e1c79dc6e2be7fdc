"""Aliases are a set by annotation alone."""

from dataclasses import dataclass

from openai import OpenAI

client = OpenAI()
HEAD = "Switch lights and blinds by their names. " * 70


@dataclass
class Entity:
    name: str
    aliases: set[str]


def line(entity: Entity) -> str:
    return f"{entity.name}: " + "/".join(entity.aliases)  # want: PFX301


def ask(entities: list[Entity], text: str):
    system = "\n".join(line(e) for e in entities) + "\n" + HEAD
    return client.chat.completions.create(
        model="local",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
    )
