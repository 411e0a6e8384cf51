"""The process that sends commands: the only one that does, and only where the household switched it on."""
