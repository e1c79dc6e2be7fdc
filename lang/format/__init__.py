"""`sglc fmt`: the canonical layout of a source file.

The command and the language server call `files`.
"""
