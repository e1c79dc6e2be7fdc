"""The checks of a source file: names, types, prompts, control flow; what they find is kept as facts.

`compile` calls `files`; the lowering and the editor read `facts` and `symbols`.
"""
