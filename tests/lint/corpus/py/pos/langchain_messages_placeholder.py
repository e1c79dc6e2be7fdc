"""The last k exchanges through a memory class."""
from langchain.memory import ConversationBufferWindowMemory
from langchain_core.messages import SystemMessage
from langchain_openai import ChatOpenAI

memory = ConversationBufferWindowMemory(k=6, return_messages=True)  # want: PFX207
llm = ChatOpenAI(model="gpt-5.1")
SYSTEM = SystemMessage(content="You teach chess. " * 150)


def turn(text):
    past = memory.load_memory_variables({})["history"]
    reply = llm.invoke([SYSTEM, *past, ("human", text)])
    memory.save_context({"input": text}, {"output": reply.content})
    return reply
