from litellm.integrations.custom_logger import CustomLogger


class Tools(CustomLogger):
    def __init__(self, registry):
        self.registry = registry

    async def async_pre_call_hook(self, user_api_key_dict, cache, data: dict, call_type: str):
        names = {t["function"]["name"] for t in data["tools"]} | {"search", "read_page"}
        data["tools"] = [self.registry[name] for name in names]  # want: PFX301 PFX304
        data["messages"] = list(data["messages"])
        return data
