import type { Configure } from "./process/command.ts";

/** A command as the list of commands shows it. Its module is loaded when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  load(): Promise<Configure>;
}

/** All commands, in the order in which `espnow --help` lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "radios",
    description: "list the radios you can use here",
    load: async () => (await import("./commands/radios.ts")).radiosCommand,
  },
  {
    name: "listen",
    description: "print messages as they arrive",
    load: async () => (await import("./commands/listen.ts")).listenCommand,
  },
  {
    name: "send",
    description: "send messages, and say whether they were acknowledged",
    load: async () => (await import("./commands/send.ts")).sendCommand,
  },
  {
    name: "ping",
    description: "send messages and measure how long their acknowledgement takes",
    load: async () => (await import("./commands/ping.ts")).pingCommand,
  },
  {
    name: "echo",
    description: "send every message back to its sender",
    load: async () => (await import("./commands/echo.ts")).echoCommand,
  },
  {
    name: "sniff",
    description: "print every frame on the channel, or write a capture",
    load: async () => (await import("./commands/sniff.ts")).sniffCommand,
  },
  {
    name: "decode",
    description: "say what messages mean: JSON, BTHome, ESPHome, records and more",
    load: async () => (await import("./commands/decode.ts")).decodeCommand,
  },
  {
    name: "replay",
    description: "send the ESP-NOW frames of a capture again",
    load: async () => (await import("./commands/replay.ts")).replayCommand,
  },
  {
    name: "scan",
    description: "find the channel of a station by pinging it on every channel",
    load: async () => (await import("./commands/scan.ts")).scanCommand,
  },
  {
    name: "bench",
    description: "measure latency and throughput between two radios of this process",
    load: async () => (await import("./commands/bench.ts")).benchCommand,
  },
  {
    name: "run",
    description: "run MicroPython programs, each on its own simulated board",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  {
    name: "hardware",
    description: "list the devices that hardware files can give to simulated boards",
    load: async () => (await import("./commands/hardware.ts")).hardwareCommand,
  },
  {
    name: "test",
    description: "run tests written in MicroPython, each with boards and an air of its own",
    load: async () => (await import("./commands/test.ts")).testCommand,
  },
  {
    name: "repl",
    description: "type at a simulated MicroPython board, or let tools talk to it",
    load: async () => (await import("./commands/repl.ts")).replCommand,
  },
  {
    name: "air",
    description: "host the air that air: radios share, and show its traffic",
    load: async () => (await import("./commands/air.ts")).airCommand,
  },
  {
    name: "gateway",
    description: "join ESP-NOW nodes to MQTT and Home Assistant, with a status page",
    load: async () => (await import("./commands/gateway.ts")).gatewayCommand,
  },
  {
    name: "doctor",
    description: "say why a Wi-Fi card of this computer cannot be used, and what helps",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  {
    name: "board",
    description: "inspect a board with MicroPython on a serial port, or type at it",
    load: async () => (await import("./commands/board.ts")).boardCommand,
  },
  {
    name: "wireshark-plugin",
    description: "print the Wireshark dissector for ESP-NOW, or install it",
    load: async () => (await import("./commands/wireshark-plugin.ts")).wiresharkPluginCommand,
  },
];
