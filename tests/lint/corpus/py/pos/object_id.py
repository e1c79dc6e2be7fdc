"""The address of an object names the agent in its prompt."""

from openai import OpenAI

client = OpenAI()
RULES = "Mend the clock before you clean the case. Never oil a spring. " * 40


class Mender:
    def ask(self, history, question: str):
        system = f"Mender {id(self):x}.\n{RULES}"  # want: PFX306
        messages = [{"role": "system", "content": system}, *history, {"role": "user", "content": question}]
        return client.chat.completions.create(model="gpt-5.1", messages=messages)
