import { MemoryBroker } from "espnow-gateway";
import { brokerSuite } from "#test/suites/broker-suite.ts";

brokerSuite(async () => {
  const server = new MemoryBroker((work) => queueMicrotask(work));
  return {
    broker: server.client(),
    publish: (message) => server.publish(message),
    subscribe: async (filter, listener) => void server.subscribe(filter, listener),
    cut: async () => {
      server.isUp = false;
    },
    restore: async () => {
      server.isUp = true;
    },
    async [Symbol.asyncDispose]() {},
  };
});
