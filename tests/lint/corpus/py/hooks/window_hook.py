class Pipeline:
    async def inlet(self, body: dict, user: dict | None = None) -> dict:
        body["messages"] = body["messages"][-20:]  # want: PFX207
        return body
