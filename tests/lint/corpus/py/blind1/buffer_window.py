"""Legacy chain that is still in production for the travel desk."""
from langchain.chains import ConversationChain
from langchain.memory import ConversationBufferWindowMemory
from langchain.prompts import PromptTemplate
from langchain_openai import ChatOpenAI

HOUSE_STYLE = open("travel/house_style.txt").read()

TEMPLATE = HOUSE_STYLE + """

Conversation so far:
{history}
Traveller: {input}
Agent:"""


def make_chain(verbose: bool = False) -> ConversationChain:
    return ConversationChain(
        llm=ChatOpenAI(model="gpt-4.1", temperature=0.3),
        prompt=PromptTemplate(input_variables=["history", "input"], template=TEMPLATE),
        memory=ConversationBufferWindowMemory(k=6, human_prefix="Traveller", ai_prefix="Agent"),  # want: PFX207
        verbose=verbose,
    )


_chains: dict[str, ConversationChain] = {}


def handle(session: str, text: str) -> str:
    chain = _chains.setdefault(session, make_chain())
    return chain.predict(input=text)
