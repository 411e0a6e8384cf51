"""Delivered heat and the realized COP: one module a rung, and the ladder that picks among them."""
