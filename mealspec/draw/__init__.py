"""Pictures and pages, drawn from the model."""
