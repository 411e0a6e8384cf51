"""A broker surveyed: what was heard, the household it suggests, and a device file for what was not understood."""
