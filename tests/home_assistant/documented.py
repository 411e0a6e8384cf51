"""What Home Assistant documents of the sensors it discovers, typed in from its pages.

Fields: www.home-assistant.io/integrations/sensor.mqtt and …/integrations/mqtt (discovery payload, device, origin).
Classes and units: developers.home-assistant.io/docs/core/entity/sensor. What its Energy dashboard takes:
homeassistant/components/energy/validate.py.
"""

FIELDS = {
    "availability", "availability_mode", "availability_template", "availability_topic", "default_entity_id",
    "device", "device_class", "enabled_by_default", "encoding", "entity_category", "entity_picture", "expire_after",
    "force_update", "icon", "json_attributes_template", "json_attributes_topic", "last_reset_value_template", "name",
    "options", "origin",
    "payload_available", "payload_not_available", "platform", "qos", "state_class", "state_topic",
    "suggested_display_precision", "unique_id", "unit_of_measurement", "value_template",
}  # fmt: skip
DEVICE = {
    "configuration_url", "connections", "hw_version", "identifiers", "manufacturer", "model", "model_id", "name",
    "serial_number", "suggested_area", "sw_version", "via_device",
}  # fmt: skip
ORIGIN = {"name", "support_url", "sw_version"}
# device class -> the state classes it may have, and its units; None: an ISO 4217 code
CLASSES = {
    "energy": ({"total", "total_increasing"}, {"J", "kJ", "MJ", "GJ", "mWh", "Wh", "kWh", "MWh", "GWh", "TWh"}),
    "monetary": ({"total"}, None),
    "power": ({"measurement"}, {"mW", "W", "kW", "MW", "GW", "TW"}),
}
PRICE_UNITS = tuple(f"/{unit}" for unit in CLASSES["energy"][1])
"""How the unit of an entity with the price of electricity must end, for the Energy dashboard to take it."""
