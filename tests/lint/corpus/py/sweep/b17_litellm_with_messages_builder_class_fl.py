"""Litellm with messages builder class fluent."""

import litellm, time
GUIDE = "For b17 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Builder:
    def __init__(self): self._parts = []
    def add(self, s):
        self._parts.append(s); return self
    def clock(self):
        return self.add(f"[{time.strftime('%X')}]")  # want: PFX101
    def build(self): return "\n".join(self._parts)
def ask(q):
    return litellm.completion(model="gpt-4.1", messages=[{"role":"system","content":Builder().clock().add(GUIDE).build()},{"role":"user","content":q}])
