import type { Gateway } from "../gateway.ts";
import type { Broker, Publication } from "./broker.ts";
import { type Health, healthOf } from "./health.ts";
import { answerRequest, type RequestPowers } from "./requests.ts";
import type { Topics } from "./topics.ts";

/** What requests may do beside what the gateway can. */
export type OwnPowers = Pick<RequestPowers, "restart" | "keepNode">;

/** Answers the requests of MQTT. */
export class RequestService {
  readonly #gateway: Gateway;
  readonly #broker: Broker;
  readonly #topics: Topics;
  readonly #powers: OwnPowers;
  readonly #startedAt: number;

  constructor(gateway: Gateway, broker: Broker, topics: Topics, powers: OwnPowers) {
    this.#gateway = gateway;
    this.#broker = broker;
    this.#topics = topics;
    this.#powers = powers;
    this.#startedAt = gateway.now();
  }

  health(): Health {
    return healthOf(this.#gateway, this.#startedAt, this.#broker.isConnected);
  }

  /** Carries a request out. It starts the gateway again when its answer is on its way. */
  answer(what: string, payload: string, publish: (message: Publication, done: () => void) => void): void {
    const { keepNode, restart } = this.#powers;
    let isRestarting = false;
    const onRestart = (): void => {
      isRestarting = true;
    };
    const powers = { health: () => this.health(), keepNode, restart: restart && onRestart };
    const answer = answerRequest(this.#gateway, what, payload, powers);
    const topic = this.#topics.response(what);
    publish({ topic, payload: JSON.stringify(answer), retain: false, qos: 1 }, () => isRestarting && restart?.());
  }
}
