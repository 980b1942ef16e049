import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Program } from "espnow-micropython";
import { typeFrom } from "espnow-micropython/command";
import type { Place } from "../arguments.ts";
import { FirstBytes } from "./first-bytes.ts";
import { listenPrivately } from "./private-socket.ts";

/** How long the first keys of a terminal may wait for their echo while they could become an HTTP request. */
const HOLD_MS = 100;
/** Connections that have not typed yet. Of more the oldest is closed. */
const MAX_SILENT = 16;

/**
 * The serial line of a board as a Unix socket or a TCP port, such as tools can open (`socket://127.0.0.1:9977`). A line has
 * two ends: whoever types first has it, and others are turned away until the connection ends. A connection that types nothing,
 * such as a browser opens in advance, keeps nobody away. Who begins with an HTTP request or a TLS handshake is no terminal, and
 * types nothing. The board prints for whoever types, before that for the oldest connection; without any it is lost.
 */
export class BoardServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #board: Program;
  readonly #onRefused: (because: string) => void;
  /** In the order in which they came; only the one that types, once there is one. */
  readonly #clients = new Set<Socket>();
  #isTaken = false;
  #removeSocket: () => void = () => undefined;

  private constructor(board: Program, onRefused: (because: string) => void) {
    this.#board = board;
    this.#onRefused = onRefused;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /**
   * `onRefused` is told what somebody began with who was no terminal.
   * @throws by rejection: the system's error where nobody may listen there; an error for a path that is taken.
   */
  static async open(board: Program, place: Place, onRefused: (because: string) => void): Promise<BoardServer> {
    const server = new BoardServer(board, onRefused);
    try {
      await server.#listen(place);
    } catch (error) {
      server.#server.close();
      throw error;
    }
    board.onOutput = ({ bytes }) => server.#show(bytes);
    return server;
  }

  /** The IP address and port of a TCP port; undefined of a Unix socket. */
  get address(): AddressInfo | undefined {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    this.#removeSocket();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #listen(place: Place): Promise<void> {
    if ("path" in place) {
      this.#removeSocket = await listenPrivately(this.#server, place.path);
    } else {
      this.#server.listen(place.port, place.host);
      await once(this.#server, "listening");
    }
  }

  #accept(socket: Socket): void {
    socket.on("error", () => this.#leave(socket));
    if (!this.#isTaken) this.#add(socket);
    else setImmediate(() => (this.#isTaken ? socket.destroy() : this.#add(socket))); // who has it may just have gone
  }

  #add(socket: Socket): void {
    if (socket.destroyed || !this.#server.listening) {
      socket.destroy();
      return;
    }
    const [oldest] = this.#clients;
    if (oldest !== undefined && this.#clients.size >= MAX_SILENT) this.#close(oldest);
    this.#clients.add(socket.setNoDelay());
    const endTyping = this.#typeFromTerminal(socket);
    socket.on("end", () => this.#leave(socket)); // "close" comes later, when another may have connected
    socket.on("close", () => {
      endTyping();
      this.#leave(socket);
    });
  }

  #leave(socket: Socket): void {
    this.#clients.delete(socket);
    if (this.#clients.size === 0) this.#isTaken = false;
  }

  /** Gives the line to who types. */
  #take(socket: Socket): void {
    this.#isTaken = true;
    for (const other of this.#clients) if (other !== socket) this.#close(other);
  }

  /** At once for the others: "close" comes later. */
  #close(socket: Socket): void {
    this.#clients.delete(socket);
    socket.destroy();
  }

  /** Types what a socket brings when it is clear that it is a terminal's. Returns how to end it. */
  #typeFromTerminal(socket: Socket): () => void {
    const first = new FirstBytes();
    let timer: NodeJS.Timeout | undefined;
    const typeHeld = (): void => {
      this.#take(socket);
      this.#board.type(first.take());
    };
    const look = (bytes: Uint8Array): void => {
      clearTimeout(timer);
      const caller = first.add(bytes);
      if (caller.is === "refused") {
        this.#onRefused(caller.because);
        socket.destroy();
      } else if (caller.is === "terminal") {
        socket.off("data", look);
        this.#take(socket);
        endTyping = typeFrom(socket, this.#board);
        socket.unshift(first.take());
      } else if (caller.held === "word") timer = setTimeout(typeHeld, HOLD_MS);
    };
    let endTyping = (): void => {
      socket.off("data", look);
      clearTimeout(timer);
    };
    socket.on("data", look);
    return () => endTyping();
  }

  /** The program waits for a reader who is slow. */
  #show(bytes: Uint8Array): Promise<void> | undefined {
    const [client] = this.#clients;
    if (client === undefined || client.destroyed || client.write(bytes)) return undefined;
    return new Promise((resolve) => {
      client.once("drain", resolve);
      client.once("close", () => resolve());
    });
  }
}
