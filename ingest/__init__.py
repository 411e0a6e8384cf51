"""Process 1: MQTT messages in, readings and intervals out."""
