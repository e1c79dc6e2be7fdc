"""What editors ask for: the language server, and the answers about a place in a source.

`sglc lsp` calls `server`.
"""
