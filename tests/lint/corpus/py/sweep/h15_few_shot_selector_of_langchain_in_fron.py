"""Few-shot selector of LangChain in front."""

from langchain_core.example_selectors import SemanticSimilarityExampleSelector
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
RULES = "For h15 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def build(selector: SemanticSimilarityExampleSelector, llm: ChatOpenAI, ticket: str):
    shots = selector.select_examples({"text": ticket})  # want: PFX205 PFX201 PFX204
    block = "\n".join(f"{s['text']} => {s['label']}" for s in shots)
    return llm.invoke([("system", block + "\n" + RULES), ("human", ticket)])
