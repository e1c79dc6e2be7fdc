"""Reasoning is taken out of earlier answers."""
import litellm


class Agent:
    def __init__(self, system: str) -> None:
        self.messages = [{"role": "system", "content": system}]

    def replay(self) -> list[dict]:
        return [{k: v for k, v in m.items() if k != "reasoning_content"} for m in self.messages]  # want: PFX211 PFX207

    def step(self, text: str):
        self.messages.append({"role": "user", "content": text})
        message = litellm.completion(model="hosted_vllm/qwen3-32b", messages=self.replay()).choices[0].message
        self.messages.append(message.model_dump())
        return message.content
