"""Serving over HTTP: OpenAI's protocol, SGLang's native one, and compiled programs as endpoints.

A request of a protocol becomes a request of the backend, and its reply a reply of the protocol, in pure functions
(`openai/`, `native/`); what is around them (`app`, `gate`, `keys`, `limits`) knows no protocol. The server is handed
plans and ready pages, and never compiles. Called by `compiler/serving/` and `sglc serve`.
"""
