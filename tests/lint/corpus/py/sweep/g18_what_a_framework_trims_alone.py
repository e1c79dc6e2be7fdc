"""What a framework trims, alone."""

from langchain_core.messages import HumanMessage, SystemMessage, trim_messages
from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="gpt-5.1")
class Lesson:
    def __init__(self):
        self.said = [SystemMessage("For g18 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)]
    def next(self, text):
        self.said.append(HumanMessage(text))
        kept = trim_messages(self.said, max_tokens=3000, strategy="last", token_counter=llm)  # want: PFX207
        reply = llm.invoke(kept)
        self.said.append(reply)
        return reply
