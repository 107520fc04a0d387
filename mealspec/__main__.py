"""``python -m mealspec``."""

from mealspec.cli.entry import main

main()
