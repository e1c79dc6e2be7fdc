"""The start of the session stands behind what is shared."""
from datetime import datetime

from openai import OpenAI

RULES = "You play the master of a game. " * 160


class Game:
    def __init__(self, player: str) -> None:
        self.client = OpenAI()
        begun = datetime.now().strftime("%Y-%m-%d %H:%M")
        self.messages = [{"role": "system", "content": f"{RULES}\nPlayer: {player}. Begun: {begun}."}]

    def move(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        reply = self.client.chat.completions.create(model="gpt-5.1", messages=self.messages)
        self.messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        return self.messages[-1]["content"]
