"""`python -m cli` is the `heatledger` command: how one process starts another of the same installation."""

from cli.main import main

main()
