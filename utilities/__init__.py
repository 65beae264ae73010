"""What all scripts share; knows nothing of agents, scripts or Flask."""

__version__ = "0.1.0"
