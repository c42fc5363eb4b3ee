import { expect } from "vitest";
import type { PtyTerminal } from "./pty.ts";

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** `await expect(terminal).toShow(text)`: the whole screen becomes exactly this, soon. */
    toShow: T extends PtyTerminal ? (screen: string) => R | Promise<void> : never;
  }
}

expect.extend({
  async toShow(terminal: PtyTerminal, expected: string) {
    const pass = await terminal
      .until(() => terminal.screen() === expected)
      .then(
        () => true,
        () => false,
      );
    return { pass, actual: terminal.screen(), expected, message: () => "The screen is not what it should be." };
  },
});
