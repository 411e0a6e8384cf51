"""The short keys of Home Assistant's discovery messages, as far as they say what a value is, and the base topic ``~``.

https://www.home-assistant.io/integrations/mqtt/#supported-abbreviations-in-mqtt-discovery-messages
"""

from __future__ import annotations

from typing import Final

_KEYS: Final = {
    "act_t": "action_topic",
    "act_tpl": "action_template",
    "avty": "availability",
    "avty_mode": "availability_mode",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "cmd_t": "command_topic",
    "cmd_tpl": "command_template",
    "cmps": "components",
    "curr_hum_t": "current_humidity_topic",
    "curr_hum_tpl": "current_humidity_template",
    "curr_temp_t": "current_temperature_topic",
    "curr_temp_tpl": "current_temperature_template",
    "def_ent_id": "default_entity_id",
    "dev": "device",
    "dev_cla": "device_class",
    "ent_cat": "entity_category",
    "fan_mode_cmd_t": "fan_mode_command_topic",
    "fan_mode_cmd_tpl": "fan_mode_command_template",
    "fan_mode_stat_t": "fan_mode_state_topic",
    "fan_mode_stat_tpl": "fan_mode_state_template",
    "json_attr_t": "json_attributes_topic",
    "mode_cmd_t": "mode_command_topic",
    "mode_cmd_tpl": "mode_command_template",
    "mode_stat_t": "mode_state_topic",
    "mode_stat_tpl": "mode_state_template",
    "obj_id": "object_id",
    "p": "platform",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "pow_cmd_t": "power_command_topic",
    "pow_cmd_tpl": "power_command_template",
    "stat_cla": "state_class",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_t": "state_topic",
    "t": "topic",
    "temp_cmd_t": "temperature_command_topic",
    "temp_cmd_tpl": "temperature_command_template",
    "temp_stat_t": "temperature_state_topic",
    "temp_stat_tpl": "temperature_state_template",
    "temp_unit": "temperature_unit",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}
_DEVICE_KEYS: Final = {"cns": "connections", "ids": "identifiers"}


def expanded(config: dict[str, object]) -> dict[str, object]:
    """Return a configuration with its keys written out and ``~`` at the start or end of a topic replaced.

    Examples
    --------
    >>> expanded({"~": "hall/plug", "stat_t": "~/state"})["state_topic"]
    'hall/plug/state'
    """
    written = {_KEYS.get(key, key): value for key, value in config.items()}
    base = written.get("~")
    if not isinstance(base, str):
        return written
    return {key: _based(value, base) if key.endswith("topic") else value for key, value in written.items()}


def _based(value: object, base: str) -> object:
    if not isinstance(value, str):
        return value
    if value.startswith("~"):
        return base + value[1:]
    return value[:-1] + base if value.endswith("~") else value


def expanded_device(device: dict[str, object]) -> dict[str, object]:
    """Return the device part of a configuration with its keys written out."""
    return {_DEVICE_KEYS.get(key, key): value for key, value in device.items()}
