import type { AeadFactory } from "./aead.ts";
import { nobleAead } from "./noble-aead.ts";
import { nodeAead } from "./node-aead.ts";

/** The fastest AES-CCM of the platform: node:crypto where it exists, JavaScript elsewhere. */
export const defaultAead: AeadFactory = nodeAead ?? nobleAead;
