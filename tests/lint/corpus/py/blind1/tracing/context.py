"""Request-scoped values."""
import contextvars
import uuid

from starlette.middleware.base import BaseHTTPMiddleware

correlation_id: contextvars.ContextVar[str] = contextvars.ContextVar("correlation_id", default="-")


class CorrelationMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        token = correlation_id.set(uuid.uuid4().hex)  # want: PFX102 PFX201
        try:
            response = await call_next(request)
            response.headers["X-Correlation-Id"] = correlation_id.get()
            return response
        finally:
            correlation_id.reset(token)
