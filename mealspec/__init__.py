"""The checked specification of a notification protocol, and the tool that checks it."""

__version__ = "0.1.0"
