"""One file an engine; each has ``META`` and ``connect(workspace)``."""
