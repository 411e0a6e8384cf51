#!/bin/sh
# Makes the passwords and tokens of docker-compose.yml at its first start, each once, and hands each service only its own.
# What is there is kept: delete a file (or the volume) to have a new one made.
#
#     secrets.sh [FOLDER]        /secrets in the container; below it mosquitto/, influxdb/ and heatledger/
set -eu
umask 077
folder=${1:-/secrets}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

once() { # file: a secret that is made once
  [ -s "$1" ] || random >"$1"
}

mkdir -p "$folder/mosquitto" "$folder/influxdb" "$folder/heatledger"
mosquitto=$folder/mosquitto influxdb=$folder/influxdb heatledger=$folder/heatledger

# The broker's users: heatledger reads everything; devices is for what publishes, the plugs and bridges of the house.
for user in heatledger devices; do
  once "$mosquitto/$user"
  [ -f "$mosquitto/passwords" ] || : >"$mosquitto/passwords"
  grep -q "^$user:" "$mosquitto/passwords" || mosquitto_passwd -b "$mosquitto/passwords" "$user" "$(cat "$mosquitto/$user")"
done
echo "mqtt://heatledger:$(cat "$mosquitto/heatledger")@mosquitto:1883" >"$heatledger/mqtt_url"

once "$influxdb/password"
once "$influxdb/token"
cp "$influxdb/token" "$heatledger/store_token"

if [ "$(id -u)" -eq 0 ]; then # the users that the images run as
  chown -R 1883:1883 "$mosquitto"
  chown -R 1000:1000 "$influxdb"
  chown -R 10001:10001 "$heatledger"
fi
