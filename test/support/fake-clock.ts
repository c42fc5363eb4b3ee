import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasProgram } from "./system-programs.ts";
import type { Place } from "./program.ts";

/** Debian's `faketime` has a library that programs ask for the time in the system's place. */
export const hasFakeClock = process.platform === "linux" && hasProgram("faketime");

function library(): string {
  const paths = readdirSync("/usr/lib").map((folder) => join("/usr/lib", folder, "faketime/libfaketime.so.1"));
  return paths.find((path) => existsSync(path)) ?? "libfaketime.so.1";
}

/** The clock on the wall of a program, which a test sets; timers go by the machine's own. */
export class FakeClock {
  readonly #file: string;
  readonly env: Readonly<Record<string, string>>;

  /** @param time `2026-11-27 10:00:00`, Beijing time, when the program starts; it goes on from there */
  constructor({ home }: Place, time: string) {
    this.#file = join(home, "clock");
    this.set(time);
    this.env = {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
      TZ: "Asia/Shanghai",
    };
  }

  /** As when somebody sets the clock, or the machine has slept. */
  set(time: string): void {
    writeFileSync(this.#file, `@${time}\n`);
  }
}
