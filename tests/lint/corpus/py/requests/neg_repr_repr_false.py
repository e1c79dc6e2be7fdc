from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
import litellm


class Level(Enum):
    LOW = 1
    HIGH = 2


@dataclass
class Command:
    name: str
    level: Level
    where: Path
    run: Callable = field(repr=False, default=print)


COMMANDS = [Command("stop", Level.HIGH, Path("a.txt"), print)]


def ask(history):
    system = "You control trains. " * 100 + f"{COMMANDS}" + " Careful."
    return litellm.completion(model="gpt-5.5", messages=[{"role": "system", "content": system}, *history])
