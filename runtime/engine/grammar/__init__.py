"""Constrained decoding: one protocol, one meaning of declared types, and the libraries behind it.

The engine asks `choice` for a backend; jobs and the sampler see the protocol alone. Declared types,
and the tokens that they force, are followed in `parts`, whichever library is behind it.
"""
