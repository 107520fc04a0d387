"""The explicit engine: every state of one system, one by one."""
