"""Providers behind the Model protocol."""
