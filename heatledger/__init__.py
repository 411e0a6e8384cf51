"""The library: names, units and arithmetic of a home's heat and money."""
