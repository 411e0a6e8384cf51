"""Process 2: the page."""
