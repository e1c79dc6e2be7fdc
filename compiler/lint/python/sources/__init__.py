"""Where volatile values come from: clocks, chance, the machine, searches, as data and by the forms of names."""
