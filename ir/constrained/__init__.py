"""Constrained output: declared types as text in parts, patterns as automata, and the tokens that they allow.

The hash model and the runtime's grammars read the same files, so a declared type means the same to both.
"""
