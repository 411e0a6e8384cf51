"""The ingest processes and publishers of tests/ingest, here too."""

from tests.ingest.conftest import make_ingest, make_publisher

__all__ = ["make_ingest", "make_publisher"]
