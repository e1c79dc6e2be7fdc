"""Model folders: finding the one that a name means, and converting the default one.

Its files import no torch, except for `gguf_conversion` when it converts.
"""
