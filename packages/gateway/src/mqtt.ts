/**
 * A gateway's connection to a broker on the network. It loads mqtt.js.
 *
 * @module espnow-gateway/mqtt
 */
export { MqttBroker, type MqttBrokerOptions } from "./bridge/mqtt-broker.ts";
