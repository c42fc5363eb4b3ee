import { hash } from "node:crypto";

/**
 * Whether a conversation belongs to the validation part. Its id alone decides, so that it stays in its part whatever else is chosen, and
 * whenever.
 *
 * @param share of the validation part, from 0 to 1
 */
export function isForValidation(id: string, share: number): boolean {
  return hash("sha256", id, "buffer").readUInt32BE(0) / 2 ** 32 < share;
}

/** Reads `10%` or `0.1`; null for what is no share below 1. */
export function readShare(text: string): number | null {
  const [, number, percent] = /^(\d{1,3}(?:\.\d{1,6})?)(%?)$/u.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  const share = Number(number) / (percent === "%" ? 100 : 1);
  return share < 1 ? share : null;
}
