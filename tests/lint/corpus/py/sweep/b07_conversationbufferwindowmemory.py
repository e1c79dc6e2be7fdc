"""ConversationBufferWindowMemory."""

from langchain.memory import ConversationBufferWindowMemory
from langchain.chains import ConversationChain
from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="gpt-4.1")
chain = ConversationChain(llm=llm, memory=ConversationBufferWindowMemory(k=6))  # want: PFX207
def reply(text): return chain.predict(input=text)
