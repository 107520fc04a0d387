"""The machines of the server."""
