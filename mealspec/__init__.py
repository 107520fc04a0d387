"""The command line of the specification."""
