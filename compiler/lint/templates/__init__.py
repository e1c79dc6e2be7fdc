"""Chat templates, judged by rendering growing conversations in a child process."""
