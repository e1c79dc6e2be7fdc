"""OpenAI's protocol: completions, chat completions and responses, as pure functions without HTTP.

Of each kind of request one module reads it into requests of the backend and writes replies, whole and in chunks.
Called by `runtime/server/routes`.
"""
