from operator import itemgetter

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import trim_messages
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnablePassthrough
from langchain_core.runnables.history import RunnableWithMessageHistory
from langchain_redis import RedisChatMessageHistory

from .prompts import TUTOR

model = ChatAnthropic(model="claude-sonnet-4-5", max_tokens=800)

trimmer = trim_messages(
    max_tokens=6000,  # want: PFX207
    strategy="last",  # want: PFX207
    token_counter=model,
    include_system=True,
    start_on="human",
)

prompt = ChatPromptTemplate.from_messages(
    [("system", TUTOR), MessagesPlaceholder("history"), ("human", "{question}")]
)

chain = (
    RunnablePassthrough.assign(history=itemgetter("history") | trimmer)  # want: PFX207
    | prompt
    | model
)

tutor = RunnableWithMessageHistory(
    chain,
    lambda session_id: RedisChatMessageHistory(session_id, redis_url="redis://cache:6379"),
    input_messages_key="question",
    history_messages_key="history",
)
