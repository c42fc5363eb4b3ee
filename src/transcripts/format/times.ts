import { readlinkSync } from "node:fs";

/** A list writes ten thousand of them. */
const pairs = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, "0"));
const two = (value: number) => pairs[value]!;

/** Returns local time as in labels: `2026-11-20 23:41:07`. */
export function localStamp(date: Date): string {
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/**
 * IANA name of the local time zone, such as `Asia/Shanghai`. Read from the system's link to its zone, because Intl takes
 * longer to load than all the rest of a start.
 *
 * @param setting the variable TZ, which comes before the system's zone
 * @returns null where that tells no name, as on Windows
 */
export function zoneName(setting: string | undefined): string | null {
  const name = setting === undefined || setting === "" ? systemZone() : setting.replace(/^:/, "");
  return /^[A-Za-z]+(?:\/[A-Za-z0-9_+-]+)*$/.test(name) ? name : null;
}

function systemZone(): string {
  try {
    return readlinkSync("/etc/localtime").split("/zoneinfo/").at(-1)!;
  } catch {
    return "";
  }
}

/** `2026-11-20T23:41:07.123+08:00`: local time with its offset, exact to the millisecond. */
export function isoWithOffset(date: Date): string {
  const minutes = Math.round(-date.getTimezoneOffset());
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(minutes);
  return `${local}${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The offset at the end of an ISO time, e.g. `+08:00`; null when there is none. */
export function offsetOf(iso: string): string | null {
  return /(?:[+-]\d\d:\d\d|Z)$/.exec(iso)?.[0] ?? null;
}

/** The moment a label names. Without an offset it is taken as this machine's local time. */
export function labelTime(stamp: string, offset: string | null): Date {
  const date = new Date(stamp.replace(" ", "T") + (offset ?? ""));
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
