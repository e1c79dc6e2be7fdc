"""Json mode only when retrying."""

from openai import OpenAI
import json
client = OpenAI()
SYS = "For h24 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def extract(text):
    for attempt in range(3):
        extra = {} if attempt == 0 else {"response_format": {"type": "json_object"}}  # want: PFX605
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS},{"role":"user","content":text}], **extra)
        try: return json.loads(r.choices[0].message.content)
        except ValueError: continue
