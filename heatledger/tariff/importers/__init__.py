"""Rate plans and prices in other people's formats."""
