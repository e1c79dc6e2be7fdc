from datetime import datetime
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
def head():
    return f"It is {datetime.now():%H:%M:%S}.\n" + RULES  # want: PFX101 PFX201

import google.generativeai as genai
def ask(q):
    model = genai.GenerativeModel("gemini-2.5-pro", system_instruction=head())
    return model.generate_content(q)
