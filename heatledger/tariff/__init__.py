"""The rate plan: what a kilowatt-hour and a day cost."""
