import { type Clock, type MacAddress, type Peer, type PreparedSend, RadioBase, Rate, toMac } from "aioespnow";

/** A radio without an air: it hears what it is given, and everything that it sends is acknowledged soon. */
export class InjectedRadio extends RadioBase {
  readonly clock: Clock;
  onSend: () => void = () => undefined;

  constructor(clock: Clock) {
    const mac = toMac("02:00:00:00:00:fe");
    super({
      capabilities: {
        maxDataLength: 1470,
        maxPeers: Number.POSITIVE_INFINITY,
        maxEncryptedPeers: Number.POSITIVE_INFINITY,
        interfaces: [0],
        setsAddress: true,
        blocks: false,
        rssi: true,
        rates: [Rate.RATE_1M],
        attempts: false,
        reportTimeoutMs: 10,
        frameDetails: true,
      },
      station: mac,
      accessPoint: mac,
      channels: [1],
      txBuffers: 32,
    });
    this.clock = clock;
  }

  inject(source: MacAddress, data: Uint8Array): void {
    this.hear({
      source,
      destination: this.address(0),
      data,
      rssi: -60,
      channel: 1,
      rate: Rate.RATE_1M,
      timeMs: this.clock.now(),
      encrypted: false,
      replayed: false,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
  }

  protected override applyStarted(): void {}
  protected override applyInterface(): void {}
  protected override applyChannel(): void {}
  protected override applyRate(): void {}
  protected override applyTxPower(): void {}
  protected override applyPmk(): void {}

  protected override prepareSend(_peer: Peer, _data: Uint8Array): PreparedSend {
    return (done) => {
      this.onSend();
      this.clock.schedule(this.clock.now(), () => done({ status: "acked" }));
    };
  }
}
