"""The symbolic engine: sets of states, of one system or of a whole family, as decision diagrams."""
