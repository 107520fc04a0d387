"""What goes over the wire: every request, answer, message and close, in one table."""
