from datetime import datetime, timezone

from litellm.integrations.custom_logger import CustomLogger


def banner() -> str:
    return f"Gateway time {datetime.now(timezone.utc):%H:%M}"  # want: PFX101


class Banner(CustomLogger):
    async def async_pre_call_deployment_hook(self, kwargs: dict, call_type):
        messages = [{"role": "system", "content": banner()}, *kwargs["messages"]]
        return {**kwargs, "messages": messages}
