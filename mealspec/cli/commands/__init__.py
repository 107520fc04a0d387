"""One file for each command; what takes time to import is imported where it is used."""
