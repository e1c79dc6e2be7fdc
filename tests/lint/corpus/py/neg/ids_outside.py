"""Ids in headers, in metadata and in the trace."""
import uuid

from anthropic import Anthropic

SYSTEM = [{"type": "text", "text": "Be brief and exact. " * 250, "cache_control": {"type": "ephemeral"}}]


class Gateway:
    def __init__(self, tracer) -> None:
        self.client = Anthropic()
        self.tracer = tracer

    def ask(self, messages: list[dict]):
        request_id = str(uuid.uuid4())
        with self.tracer.start_as_current_span("llm", attributes={"request.id": request_id}):
            return self.client.messages.create(
                model="claude-sonnet-5",
                max_tokens=300,
                system=SYSTEM,
                messages=messages,
                metadata={"user_id": "desk"},
                extra_headers={"x-request-id": request_id},
            )
