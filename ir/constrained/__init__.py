"""Constrained output: declared types as text in parts, patterns as automata, what is chosen and what is written.

The hash model and the runtime's grammars read the same files, so a declared type means the same to both.
"""
