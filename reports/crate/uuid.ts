/**
 * UUIDs that the same name gives again.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";

/** A UUID of version 8 (RFC 9562) from the first bits of the SHA-256 of a text. */
export function uuidOf(text: string): string {
  const bytes = sha256(new TextEncoder().encode(text)).slice(0, 16);
  bytes[6] = bytes[6]! & 0x0f | 0x80;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
