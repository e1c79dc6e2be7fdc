"""Clock helper in other class, joined by template method pattern."""

import abc, datetime, anthropic
client = anthropic.Anthropic()
class Prompt(abc.ABC):
    def render(self): return "\n\n".join(filter(None, (self.opening(), self.body(), self.closing())))
    def closing(self): return ""
    @abc.abstractmethod
    def opening(self): ...
    @abc.abstractmethod
    def body(self): ...
class Desk(Prompt):
    def opening(self): return f"Desk opens; it is {datetime.datetime.now():%H.%M}."  # want: PFX101 PFX201 PFX602
    def body(self): return "For i01 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def ask(log): return client.messages.create(model="claude-sonnet-5", max_tokens=9, system=Desk().render(), messages=log)
