/** A gateway's connection to a broker on the network. It loads mqtt.js. */
export { MqttBroker, type MqttBrokerOptions } from "./bridge/mqtt-broker.ts";
