"""Batch of threads via submit."""

from concurrent.futures import ThreadPoolExecutor, as_completed
import anthropic
client = anthropic.Anthropic()
HEAD = [{"type":"text","text":"For e28 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40,"cache_control":{"type":"ephemeral"}}]
def one(page): return client.messages.create(model="claude-sonnet-5", max_tokens=9, system=HEAD, messages=[{"role":"user","content":page}])
def every(pages):
    with ThreadPoolExecutor(16) as pool:
        futures = {pool.submit(one, p): p for p in pages}  # want: PFX701
        return {futures[f]: f.result() for f in as_completed(futures)}
