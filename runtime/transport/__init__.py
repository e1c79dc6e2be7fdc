"""HTTP to a server that may be slow, away, or wrong: what remote backends ask through.

Retries, deadlines, bounded answers, rate limits, and keys that appear nowhere. Imports httpx (extra `remote`), so
it is imported by the remote backends alone. Knows no API: what an answer means is the backends' matter.
"""
