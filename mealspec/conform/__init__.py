"""Held against code: vectors, drivers, and what an implementation may show."""
