from langchain_core.example_selectors import MaxMarginalRelevanceExampleSelector
from langchain_core.prompts import FewShotPromptTemplate, PromptTemplate
from langchain_openai import ChatOpenAI

RULES = "Name the shelf of a book. Fiction by author, the rest by subject. " * 70


def build(examples, store):
    chosen = MaxMarginalRelevanceExampleSelector.from_examples(examples, store, k=4)
    return FewShotPromptTemplate(
        example_selector=chosen,  # want: PFX205 PFX204 PFX201
        example_prompt=PromptTemplate.from_template("{book}: {shelf}"),
        prefix="Examples:",
        suffix=RULES + "\nBook: {book}",
        input_variables=["book"],
    )


def shelf(examples, store, book: str) -> str:
    prompt = build(examples, store)
    return (prompt | ChatOpenAI(model="gpt-4.1")).invoke({"book": book}).content
