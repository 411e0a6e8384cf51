"""What every store keeps to. An engine's test module imports all of this and defines one fixture, `store_factory`:
a function that returns the URL of a new, empty store at every call."""

from tests.store.contract_intervals import *  # noqa: F403
from tests.store.contract_laws import *  # noqa: F403
from tests.store.contract_readings import *  # noqa: F403
from tests.store.parts import *  # noqa: F403
