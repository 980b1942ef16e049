import { UsageError } from "../process/explain.ts";

/** Where things are on the machine, as absolute paths. */
export interface UnitPaths {
  /** The program of Node.js. */
  readonly node: string;
  /** The script `espnow`. */
  readonly script: string;
  /** The configuration. */
  readonly config: string;
}

/** Folders that a service with `ProtectHome=yes` and `PrivateTmp=yes` does not see. */
const HIDDEN = /^\/(home|root|run\/user|tmp|var\/tmp)\//;

/** What of these paths the service cannot read, because it lies in somebody's home or below a /tmp that is not its own. */
export function hiddenPaths({ node, script, config }: UnitPaths): readonly string[] {
  return [node, script, config].filter((path) => HIDDEN.test(path));
}

/**
 * The systemd unit of a gateway, for a radio on a serial port or a Wi-Fi card.
 * @throws UsageError for a path that a unit cannot name.
 */
export function systemdUnit({ node, script, config }: UnitPaths): string {
  const command = [node, script, "gateway", "--config", config].map(word).join(" ");
  return `# The ESP-NOW gateway. Printed by "espnow gateway service --print".
[Unit]
Description=ESP-NOW gateway
Documentation=https://github.com/aioespnow/aioespnow/blob/main/docs/gateway.md
Wants=network-online.target
After=network-online.target
# A radio or a broker may be away for long: it is tried again until it is there.
StartLimitIntervalSec=0

[Service]
# The gateway says when it is ready, and every 30 seconds that it lives. It asks systemd-notify to do so: hence "all".
Type=notify
NotifyAccess=all
WatchdogSec=60
ExecStart=${command}
ExecReload=/bin/kill -HUP $MAINPID
User=espnow
SupplementaryGroups=dialout
SuccessExitStatus=SIGTERM
Restart=on-failure
RestartSec=5
# 2 is a wrong configuration, and 3 a store that is damaged or cannot be written: trying again does not help.
RestartPreventExitStatus=2 3
# A reload while it still starts ends it.
RestartForceExitStatus=SIGHUP
TimeoutStopSec=15

# The store and the packet numbers.
StateDirectory=espnow-gateway
StateDirectoryMode=0700
WorkingDirectory=%S/espnow-gateway
Environment=XDG_STATE_HOME=%S/espnow-gateway
UMask=0077

# A Wi-Fi card needs both; with a board on a serial port only, remove both lines, and AF_PACKET and AF_NETLINK below.
AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_PACKET AF_NETLINK

# A board needs its serial port; with a Wi-Fi card only, remove these and SupplementaryGroups.
DevicePolicy=closed
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw

# Not MemoryDenyWriteExecute: the compiler of Node.js writes code.
LockPersonality=yes
NoNewPrivileges=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`;
}

/** A path as one word of a command in a unit: nothing in it is a specifier, a variable or the end of the word. */
function word(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a unit cannot have.
  if (/[\u0000-\u001f\u007f]/.test(path)) throw new UsageError(`a unit cannot name ${JSON.stringify(path)}`);
  const plain = path.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(plain) ? `"${plain.replaceAll(/["\\]/g, "\\$&")}"` : plain;
}
