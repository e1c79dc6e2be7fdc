from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from google import genai
client = genai.Client()
def ask(q):
    chat = client.chats.create(model="gemini-2.5-pro", config={"system_instruction": head()})
    return chat.send_message(q)
