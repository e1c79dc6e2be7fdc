"""What a terminal shows and says: diagnostics, failures, progress, rule pages, settings.

Every room of this floor may call it; it knows none of them.
"""
