"""Request logs: what a program really sent, whatever language it is written in."""
