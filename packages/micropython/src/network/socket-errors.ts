import { Refusal } from "../bridge/refusal.ts";
import type { ConnectionError } from "./ip-network.ts";

/** MicroPython's numbers (py/mperrno.h). */
export const Errno = {
  EBADF: 9,
  EAGAIN: 11,
  EINVAL: 22,
  ENFILE: 23,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  EISCONN: 106,
  ENOTCONN: 107,
  EHOSTUNREACH: 113,
} as const;

/** MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, MBEDTLS_ERR_SSL_CONN_EOF */
const CERT_VERIFY_FAILED = 0x2700;
const SSL_CONN_EOF = 0x7280;

export function refusal(name: keyof typeof Errno): Refusal {
  return new Refusal(Errno[name], name);
}

/** What a program learns about a connection that failed. */
export function refusalOf(error: ConnectionError): Refusal {
  if (error === "TLS_CERTIFICATE") return new Refusal(CERT_VERIFY_FAILED, "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED");
  if (error === "TLS_CONNECTION") return new Refusal(SSL_CONN_EOF, "MBEDTLS_ERR_SSL_CONN_EOF");
  return refusal(error);
}
