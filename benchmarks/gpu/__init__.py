"""What to measure on a GPU, for an hour in which one is at hand: `run.sh` does all of it, stage by stage.

Nothing here is imported by the other benchmarks. Every stage runs on a CPU too, in Triton's interpreter and with tiny
shapes, so that no minute of the GPU is lost to an import.
"""
