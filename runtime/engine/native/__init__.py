"""What torch has no single operation for, in C: built once by the machine's own compiler, never needed."""
