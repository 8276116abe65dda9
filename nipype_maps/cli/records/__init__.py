"""The provenance of results: the settings and inputs that were requested, and how two requests differ."""
