"""ThreadPoolExecutor.map."""

from concurrent.futures import ThreadPoolExecutor
from openai import OpenAI
client = OpenAI()
MANUAL = "For a25 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40 * 3
def one(q):
    return client.chat.completions.create(model="gpt-5.6", messages=[{"role":"system","content":MANUAL},{"role":"user","content":q}])
def all_(qs):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, qs))  # want: PFX701
