"""The types of expressions: one function a form, one door (`inference`) for what they contain.

`statements` asks an `Inference`; the lowering and the editor read the table of `options`.
"""
