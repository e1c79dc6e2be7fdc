"""The loop."""

from openai import OpenAI

from agent_pkg.sections import SECTIONS


class Agent:
    def __init__(self, client: OpenAI):
        self._client = client
        self._history = []

    def _system(self):
        return {"role": "system", "content": "\n\n".join(fn() for fn in SECTIONS)}

    def act(self, goal):
        self._history.append({"role": "user", "content": goal})
        return self._client.chat.completions.create(
            model="gpt-5.1", messages=[self._system(), *self._history]
        )
