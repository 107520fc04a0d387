"""External checkers: what SPIN and TLC find on the same system."""
