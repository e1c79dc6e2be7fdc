"""haystack: a chat prompt built per run."""
import time

from haystack import Pipeline
from haystack.components.builders import ChatPromptBuilder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage

RULES = "Quote the passage that you rely on. " * 120
template = [
    ChatMessage.from_system("Asked at {{ when }}.\n" + RULES),
    ChatMessage.from_user("{{ question }}"),
]

pipe = Pipeline()
pipe.add_component("prompt", ChatPromptBuilder(template=template))
pipe.add_component("llm", OpenAIChatGenerator(model="gpt-5.1"))
pipe.connect("prompt.prompt", "llm.messages")


def ask(question: str) -> str:
    data = {"prompt": {"template_variables": {"when": time.asctime(), "question": question}}}  # want: PFX101 PFX201
    return pipe.run(data)["llm"]["replies"][0].text
