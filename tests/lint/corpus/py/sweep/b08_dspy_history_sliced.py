"""Dspy History sliced."""

import dspy
class Chat(dspy.Module):
    def __init__(self):
        super().__init__()
        self.respond = dspy.Predict("history: dspy.History, question -> answer")
        self.turns = []
    def forward(self, question):
        history = dspy.History(messages=self.turns[-8:])  # want: PFX207
        out = self.respond(history=history, question=question)
        self.turns.append({"question": question, "answer": out.answer})
        return out
