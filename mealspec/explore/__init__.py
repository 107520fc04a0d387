"""The explorer: one page in which the machines of any design run in a browser."""
