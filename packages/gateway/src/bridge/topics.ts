/** Where everything is published, below a base topic such as `espnow`. docs/mqtt.md describes each. */
export class Topics {
  readonly base: string;

  /** @throws RangeError for a base topic with wildcards or empty levels. */
  constructor(base: string) {
    if (!/^[^/#+\0]+(\/[^/#+\0]+)*$/.test(base)) {
      throw new RangeError(`the base topic must be like "espnow" or "home/espnow", not ${JSON.stringify(base)}`);
    }
    this.base = base;
  }

  state(name: string): string {
    return `${this.base}/${name}`;
  }

  availability(name: string): string {
    return `${this.base}/${name}/availability`;
  }

  /** Events of one key: not retained. */
  action(name: string, key: string): string {
    return `${this.base}/${name}/action/${key}`;
  }

  set(name: string): string {
    return `${this.base}/${name}/set`;
  }

  /** What becomes of commands. */
  command(name: string): string {
    return `${this.base}/${name}/command`;
  }

  raw(mac: string): string {
    return `${this.base}/rx/${mac.replaceAll(":", "")}`;
  }

  bridge(part: "state" | "info" | "nodes" | "health" | "event" | "backlog"): string {
    return `${this.base}/bridge/${part}`;
  }

  request(what: string): string {
    return `${this.base}/bridge/request/${what}`;
  }

  response(what: string): string {
    return `${this.base}/bridge/response/${what}`;
  }

  /** What the gateway reads: none of it is published by itself. */
  get subscriptions(): readonly string[] {
    return [`${this.base}/+/set`, `${this.base}/+/set/+`, `${this.base}/bridge/request/#`];
  }

  /** Of a message on one of the subscriptions, what it asks for. */
  parse(topic: string): IncomingTopic | undefined {
    if (!topic.startsWith(`${this.base}/`)) return undefined;
    const [first = "", second, ...rest] = topic.slice(this.base.length + 1).split("/");
    if (first === "bridge" && second === "request") return { kind: "request", what: rest.join("/") };
    if (second !== "set" || rest.length > 1) return undefined;
    return rest[0] === undefined ? { kind: "set", name: first } : { kind: "set", name: first, key: rest[0] };
  }
}

export type IncomingTopic =
  | { readonly kind: "set"; readonly name: string; readonly key?: string }
  | { readonly kind: "request"; readonly what: string };
