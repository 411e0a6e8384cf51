"""The `heatledger` command."""
