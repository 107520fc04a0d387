"""``python -m mealspec``."""

from mealspec.cli.entry import program

program()
