import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Program } from "espnow-micropython";
import { typeFrom } from "espnow-micropython/command";
import type { Endpoint } from "../arguments.ts";

/**
 * The serial line of a board as a TCP port, such as tools can open (`socket://127.0.0.1:9977`). A line has two ends: while
 * somebody is connected, others are turned away. What the board prints while nobody is, is lost.
 */
export class BoardServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #board: Program;
  #client: Socket | undefined;

  private constructor(board: Program) {
    this.#board = board;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** @throws by rejection: the system's error where nobody may listen there. */
  static async open(board: Program, { host, port }: Endpoint): Promise<BoardServer> {
    const server = new BoardServer(board);
    server.#server.listen(port, host);
    await once(server.#server, "listening");
    board.onOutput = ({ bytes }) => server.#show(bytes);
    return server;
  }

  get host(): string {
    return this.#address.address;
  }

  get port(): number {
    return this.#address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  get #address(): AddressInfo {
    return this.#server.address() as AddressInfo;
  }

  #accept(socket: Socket): void {
    if (this.#client !== undefined) {
      socket.destroy();
      return;
    }
    this.#client = socket.setNoDelay();
    const endTyping = typeFrom(socket, this.#board);
    socket.on("error", () => undefined); // "close" follows
    socket.on("close", () => {
      endTyping();
      this.#client = undefined;
    });
  }

  /** The program waits for a reader who is slow. */
  #show(bytes: Uint8Array): Promise<void> | undefined {
    const client = this.#client;
    if (client === undefined || client.destroyed || client.write(bytes)) return undefined;
    return new Promise((resolve) => {
      client.once("drain", resolve);
      client.once("close", () => resolve());
    });
  }
}
