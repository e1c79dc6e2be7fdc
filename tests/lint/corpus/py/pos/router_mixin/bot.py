from litellm import Router

from .base import PromptMixin


class HandbookBot(PromptMixin):
    def __init__(self, router: Router):
        self.router = router
        self.history: list[dict] = []

    async def reply(self, text: str) -> str:
        self.history.append({"role": "user", "content": text})
        response = await self.router.acompletion(
            model="main",
            messages=[{"role": "system", "content": self.system_prompt()}] + self.history,  # noqa: RUF005
        )
        answer = response.choices[0].message.content
        self.history.append({"role": "assistant", "content": answer})
        return answer
