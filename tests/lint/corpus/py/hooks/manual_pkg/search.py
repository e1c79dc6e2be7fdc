class Manuals:
    def __init__(self, store):
        self._store = store

    def passages(self, question: str) -> list[str]:
        return [h.payload["text"] for h in self._store.query_points("manuals", query=question, limit=6).points]  # want: PFX201 PFX202 PFX204
