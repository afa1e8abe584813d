"""Rows in, model out, and back: the only room of plans with SQL."""
