"""The checks of a source file: names, types, prompts, control flow; what they find is kept as facts.

`compile` calls `files`; the lowering and the editor read `facts` and `symbols`. Imports point one
way: names and types stand here, `expressions` above them, `statements` above those, then
`declarations`, then `files`. Which name may be bound where, in arms of forks too, is decided in `binding`.
"""
