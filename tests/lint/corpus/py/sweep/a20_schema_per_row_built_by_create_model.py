"""Schema per row built by create_model."""

from pydantic import create_model
from openai import OpenAI
client = OpenAI()
SYSTEM = "For a20 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def extract(row):
    Fields = create_model("Fields", **{f: (str, ...) for f in row["fields"]})  # want: PFX605
    return client.chat.completions.parse(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM},{"role":"user","content":row["text"]}], response_format=Fields)
def extract_all(rows):
    return [extract(r) for r in rows]
