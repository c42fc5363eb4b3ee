import { textOf } from "../chat/message-text.ts";
import type { BatchItem } from "./item.ts";

/**
 * UTF-16 units at the beginning of a prompt by which prompts belong together. Services keep prefixes in blocks of 64 tokens and more: what
 * is shared of shorter ones is worth no waiting.
 */
const prefixLength = 1024;
/** Beginnings that are remembered as sent; of one that was forgotten, the next prompt goes alone again. */
const maxKnown = 10_000;

/** What stands for the beginning of a prompt; null for a prompt that is too short to be kept. */
function prefixOf({ model, messages }: BatchItem): number | null {
  let text = `${model ?? ""}\n`;
  const length = prefixLength + text.length;
  for (const { role, content } of messages) {
    text += `${role}\n${textOf(content).slice(0, prefixLength)}\n`;
    if (text.length >= length) return hashOf(text.slice(0, length));
  }
  return null;
}

/** A number of 53 bits. Where two texts meet in one, a prompt waits that need not, or need not wait and does: neither matters. */
function hashOf(text: string): number {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 2654435761);
    other = Math.imul(other ^ unit, 1597334677);
  }
  return 2 ** 32 * ((other >>> 0) & 0x1fffff) + (one >>> 0);
}

/**
 * Prompts that begin alike: the first one goes alone, so that the service has their beginning in its cache when the others come, which then
 * cost a tenth.
 */
export class PrefixGroups {
  /** Of beginnings that are on their way for the first time, the items that wait for that. */
  readonly #waiting = new Map<number, BatchItem[]>();
  readonly #known = new Set<number>();
  /** The beginnings of items that go alone. */
  readonly #leaders = new Map<number, number>();
  #held = 0;

  /** Items that wait. */
  get held(): number {
    return this.#held;
  }

  /** @returns whether it may be sent; else it is held until the first of its group is over */
  admit(item: BatchItem): boolean {
    const prefix = prefixOf(item);
    if (prefix === null || this.#known.has(prefix)) return true;
    const group = this.#waiting.get(prefix);
    if (group === undefined) {
      this.#waiting.set(prefix, []);
      this.#leaders.set(item.index, prefix);
      return true;
    }
    group.push(item);
    this.#held++;
    return false;
  }

  /** @returns items that may be sent now, because that one is over, whatever came of it */
  release({ index }: Pick<BatchItem, "index">): readonly BatchItem[] {
    const prefix = this.#leaders.get(index);
    if (prefix === undefined) return [];
    const group = this.#waiting.get(prefix) ?? [];
    this.#leaders.delete(index);
    this.#waiting.delete(prefix);
    this.#held -= group.length;
    this.#remember(prefix);
    return group;
  }

  #remember(prefix: number): void {
    this.#known.add(prefix);
    if (this.#known.size <= maxKnown) return;
    const [oldest] = this.#known;
    this.#known.delete(oldest!);
  }
}
