from functools import lru_cache

from langchain.chains import LLMChain
from langchain.memory import ConversationSummaryBufferMemory
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI

POLICY = open("bank/policy.md").read()

prompt = ChatPromptTemplate.from_messages(
    [("system", POLICY), MessagesPlaceholder("history"), ("human", "{text}")]
)


@lru_cache(maxsize=5000)
def chain_for(customer: str) -> LLMChain:
    llm = ChatOpenAI(model="gpt-4.1")
    memory = ConversationSummaryBufferMemory(  # want: PFX207
        llm=ChatOpenAI(model="gpt-4.1-mini"),
        max_token_limit=1500,  # want: PFX207
        memory_key="history",
        return_messages=True,
    )
    return LLMChain(llm=llm, prompt=prompt, memory=memory)  # want: PFX207


def talk(customer: str, text: str) -> str:
    return chain_for(customer).predict(text=text)
