class Filter:
    def inlet(self, body: dict, __user__=None) -> dict:
        messages = body["messages"]
        if not messages or messages[0]["role"] != "system":
            body["messages"] = [{"role": "system", "content": "You are the help desk of a library."}, *messages]
        return body
