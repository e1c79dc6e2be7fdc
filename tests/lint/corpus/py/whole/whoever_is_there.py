import uuid

import litellm
from pydantic import Field
from troupe import Player

RULES = "Play your part, keep to the script, and never leave the stage before the curtain. " * 8


class Actor(Player):
    id: str = Field(default_factory=lambda: str(uuid.uuid4()))
    part: str = "a servant"


class Stage:
    def __init__(self, actor: Actor | None = None) -> None:
        self.actor = actor or Actor()

    def head(self) -> str:
        part = self.actor.part if self.actor else "nobody"
        scene = self.actor.scene.title
        return f"You are {part}, in {scene}.\n{RULES}"

    def play(self, line: str) -> str:
        messages = [{"role": "system", "content": self.head()}, {"role": "user", "content": line}]
        return litellm.completion(model="gpt-4o", messages=messages).choices[0].message.content
