import { crc32 } from "node:zlib";

/** What an index holds that cannot be: it is damaged. */
export class Damage extends Error {
  constructor() {
    super("The search index is damaged.");
  }
}

const sealSize = 4;

/** Bytes with their checksum behind them. SQLite notices pages that are broken, not what is wrong within one. */
export function seal(...parts: readonly Uint8Array[]): Uint8Array {
  const sealed = Buffer.concat([...parts, Buffer.alloc(sealSize)]);
  const end = sealed.length - sealSize;
  sealed.writeUInt32LE(crc32(sealed.subarray(0, end)), end);
  return sealed;
}

/** @throws Damage for what `seal` did not give */
export function unseal(value: unknown): Buffer {
  if (!(value instanceof Uint8Array) || value.length < sealSize) throw new Damage();
  const sealed = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const end = sealed.length - sealSize;
  const bytes = sealed.subarray(0, end);
  if (crc32(bytes) !== sealed.readUInt32LE(end)) throw new Damage();
  return bytes;
}

/** The bytes of numbers, and numbers from such bytes: copied, because those may begin anywhere. */
export function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** @throws Damage for bytes that are no such numbers */
export function numbersOf<Numbers>(
  type: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): Numbers },
  bytes: Uint8Array,
): Numbers {
  if (bytes.length % type.BYTES_PER_ELEMENT !== 0) throw new Damage();
  return new type(new Uint8Array(bytes).buffer);
}
