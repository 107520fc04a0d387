"""The machines between client and server."""
