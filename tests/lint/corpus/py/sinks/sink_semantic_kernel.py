from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from semantic_kernel.contents import ChatHistory
async def ask(service, q, settings):
    history = ChatHistory()
    history.add_system_message(head())
    history.add_user_message(q)
    return await service.get_chat_message_content(history, settings)
