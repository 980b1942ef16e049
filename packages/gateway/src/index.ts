/**
 * A gateway: ESP-NOW nodes on one side, MQTT and Home Assistant on the other. It runs on the clock of its radios, so that a
 * whole house can be tested in virtual time.
 *
 * @packageDocumentation
 *
 * @module espnow-gateway
 */
export { Bridge, type BridgeOptions } from "./bridge/bridge.ts";
export type { Broker, BrokerListener, Delivery, Publication } from "./bridge/broker.ts";
export { MemoryBroker, type RunSoon } from "./bridge/memory-broker.ts";
export type { OwnPowers } from "./bridge/request-service.ts";
export { answerRequest, type RequestAnswer, type RequestPowers } from "./bridge/requests.ts";
export type { Spool, Spooled, SpoolLimits } from "./bridge/spool.ts";
export { nodeSummary } from "./bridge/summary.ts";
export type { GatewayEvent } from "./events.ts";
export { Gateway, type GatewayOptions } from "./gateway.ts";
export type { CommandOptions, CommandState, CommandStatus, EndState, MailboxItem } from "./mailbox/command.ts";
export type { Mailbox } from "./mailbox/mailbox.ts";
export type { Node, NodeCounters, NodeSettings } from "./nodes/node.ts";
export type { DecoderSource, NodeDecoderConfig, ScriptConfig } from "./nodes/node-decoder.ts";
export type { NodeRegistry } from "./nodes/registry.ts";
export { MemoryStore } from "./store/memory-store.ts";
export { type Collection, type Durability, type Store, StoreError, StoreHealth } from "./store/store.ts";
export type { TransferCounters } from "./transfers/receiver.ts";
