"""Process 3: the monthly statement."""
