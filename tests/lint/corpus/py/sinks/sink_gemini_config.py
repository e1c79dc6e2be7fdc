from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

from google import genai
from google.genai import types
client = genai.Client()
def ask(q):
    return client.models.generate_content(model="gemini-2.5-pro", contents=q, config=types.GenerateContentConfig(system_instruction=head()))
