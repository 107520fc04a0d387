"""The machines of the client."""
