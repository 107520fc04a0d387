"""``python -m mealspec``."""

from mealspec.cli import main

main()
