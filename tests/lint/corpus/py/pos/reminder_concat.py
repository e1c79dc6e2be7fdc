from anthropic import Anthropic

REMINDER = "<system-reminder>Use the todo tool. Keep to the plan.</system-reminder>"


class Session:
    def __init__(self) -> None:
        self.api = Anthropic()
        self.log: list[dict] = []

    def turn(self, text: str) -> str:
        # want: PFX209 PFX207
        outgoing = self.log + [{"role": "user", "content": f"{text}\n\n{REMINDER}"}]  # noqa: RUF005
        reply = self.api.messages.create(
            model="claude-sonnet-5",
            max_tokens=800,
            system="You write code. " * 50,
            messages=outgoing,
        )
        self.log.append({"role": "user", "content": text})
        self.log.append({"role": "assistant", "content": reply.content})
        return reply.content[0].text
