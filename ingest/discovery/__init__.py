"""Sources that describe themselves: Home Assistant discovery, Homie, Zigbee2MQTT, statestream.

A `Catalogue` is a value: `learn` gives the next one, `Catalogue.on` what is told of one topic, and
`ingest.decode.Decoder` runs that where no device file has rules of its own. docs/discovery.md tells the whole story.
"""

from ingest.discovery.bridges import Bridges
from ingest.discovery.catalogue import Catalogue, learn
from ingest.discovery.telling import learned, tells_commands
from ingest.discovery.told import OnTopic

__all__ = ["Bridges", "Catalogue", "OnTopic", "learn", "learned", "tells_commands"]
