"""The attention kernels behind one protocol: torch, triton and flashinfer."""
