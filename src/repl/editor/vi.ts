import type { Command } from "./bindings.ts";
import type { Draft } from "./draft.ts";
import type { KeyEvent } from "./keys.ts";
import { lineStart, previousCluster } from "./motions.ts";
import {
  onCharacter,
  operate,
  operateOnLines,
  viChanges,
  viInserts,
  type ViOperator,
  type ViRegister,
  writeOver,
} from "./vi-changes.ts";
import { findMotion, reversed, type ViFind, viChangeMotions, type ViMotion, viMotions } from "./vi-motions.ts";

/** What becomes of a key: it means what it means without vi, it was all done here, or something is to be done. */
export type ViStep =
  | { readonly type: "pass" }
  | { readonly type: "done" }
  | { readonly type: "run"; readonly command: Command; readonly times: number }
  | { readonly type: "again"; readonly events: readonly KeyEvent[] };

/** Keys that stand for two others. */
export const viShorthands: Readonly<Record<string, readonly [ViOperator, string]>> = {
  x: ["d", "l"],
  X: ["d", "h"],
  D: ["d", "$"],
  C: ["c", "$"],
  s: ["c", "l"],
  S: ["c", "c"],
  Y: ["y", "y"],
};

/** Keys of normal mode that do what other keys do elsewhere. */
export const viCommands: Readonly<Record<string, Command>> = {
  j: "down",
  k: "up",
  "+": "down",
  "-": "up",
  "/": "searchOlder",
  "?": "searchOlder",
  v: "openEditor",
};

const argumentKeys = new Set(["f", "F", "t", "T", "r", "g"]);

function isOperator(key: string): key is ViOperator {
  return key === "d" || key === "c" || key === "y";
}

const done: ViStep = { type: "done" };
const pass: ViStep = { type: "pass" };

/** The two modes of vi at one prompt, which begins in that for inserting, and what of a command has been typed. */
export class ViKeys {
  readonly #draft: Draft;
  readonly #register: ViRegister;
  #mode: "insert" | "normal" = "insert";
  #count = "";
  #operator: ViOperator | null = null;
  #operatorCount = "";
  /** A key that another one belongs to. */
  #argumentOf = "";
  #found: ViFind | null = null;
  /** How deep undoing went when the command began that inserts now. */
  #begun = 0;
  /** The keys of this command, and those of the last one that changed something. */
  #keys: KeyEvent[] = [];
  #changed: readonly KeyEvent[] = [];
  #isRepeating = false;

  /** @param register shared by all prompts of a session */
  constructor(draft: Draft, register: ViRegister) {
    this.#draft = draft;
    this.#register = register;
  }

  get mode(): "insert" | "normal" {
    return this.#mode;
  }

  reset(): void {
    this.#mode = "insert";
    this.#begun = 0;
    this.#clear();
  }

  /** After what a key did, also elsewhere: in normal mode the caret is on a character. */
  settle(): void {
    const { text, caret } = this.#draft;
    if (this.#mode === "insert") return;
    const place = onCharacter(text, caret);
    if (place !== caret) this.#draft.moveTo(place);
  }

  take(event: KeyEvent): ViStep {
    if (this.#mode === "insert") return this.#insert(event);
    if (event.type === "text") return this.#normal(event.text, event);
    if (event.type !== "key") return pass;
    switch (event.key) {
      case "Escape":
        if (this.#idle) return { type: "run", command: "cancel", times: 1 };
        this.#clear();
        return done;
      case "C-r":
        this.#repeat(() => this.#draft.redo());
        return done;
      case "Backspace":
        return this.#normal("h", event);
      case "Tab":
      case "S-Tab":
        return done;
      default:
        this.#clear();
        return pass;
    }
  }

  /** Runs the keys of the last change once more. */
  again(run: () => void): void {
    this.#isRepeating = true;
    run();
    this.#isRepeating = false;
  }

  get #idle(): boolean {
    return this.#count === "" && this.#operator === null && this.#argumentOf === "";
  }

  get #times(): number | null {
    if (this.#count === "" && this.#operatorCount === "") return null;
    return Math.min(Number(this.#count || "1") * Number(this.#operatorCount || "1"), 9999);
  }

  #insert(event: KeyEvent): ViStep {
    this.#keys.push(event);
    if (event.type !== "key" || event.key !== "Escape") return pass;
    this.#mode = "normal";
    const { text, caret } = this.#draft;
    if (caret > lineStart(text, caret)) this.#draft.moveTo(previousCluster(text, caret));
    this.#draft.merge(this.#begun);
    this.#finish(true);
    return done;
  }

  #normal(key: string, event: KeyEvent): ViStep {
    if (this.#idle) this.#keys = [];
    this.#keys.push(event);
    if (this.#argumentOf !== "") return this.#argument(key);
    if (/^[1-9]$/u.test(key) || (key === "0" && this.#count !== "")) {
      this.#count += key;
      return done;
    }
    const pair = this.#operator === null ? viShorthands[key] : undefined;
    if (pair !== undefined) {
      this.#command(pair[0]);
      return this.#command(pair[1]);
    }
    return this.#command(key);
  }

  /** The key behind one that needs another. */
  #argument(key: string): ViStep {
    const first = this.#argumentOf;
    this.#argumentOf = "";
    if (first === "g") return this.#command(`g${key}`);
    if (first === "r") {
      writeOver(this.#draft, key, this.#times ?? 1);
      return this.#finish(true);
    }
    this.#found = { key: first as ViFind["key"], character: key };
    return this.#move(findMotion(this.#found, false));
  }

  #command(key: string): ViStep {
    if (isOperator(key)) return this.#operated(key);
    if (argumentKeys.has(key) && !(key === "r" && this.#operator !== null)) {
      this.#argumentOf = key;
      return done;
    }
    if (key === ";" || key === ",") {
      const found = this.#found;
      if (found === null) return this.#finish(false);
      return this.#move(findMotion(key === ";" ? found : reversed(found), true));
    }
    const motion = this.#motion(key);
    return motion === undefined ? this.#alone(key) : this.#move(motion);
  }

  /** `j` and `k` alone go over rows of the screen and through the history. */
  #motion(key: string): ViMotion | undefined {
    if (this.#operator === null) return key in viCommands ? undefined : viMotions[key];
    const { text, caret } = this.#draft;
    const onWord = /^\S/u.test(text.slice(caret));
    return (this.#operator === "c" && onWord ? viChangeMotions[key] : undefined) ?? viMotions[key];
  }

  #operated(key: ViOperator): ViStep {
    if (this.#operator === null) {
      [this.#operator, this.#operatorCount, this.#count] = [key, this.#count, ""];
      return done;
    }
    if (this.#operator !== key) return this.#finish(false);
    this.#begun = this.#draft.depth;
    const { text, caret } = this.#draft;
    const last = viMotions["j"]?.to(text, caret, (this.#times ?? 1) - 1) ?? caret;
    operateOnLines(this.#draft, key, caret, last, this.#register);
    return this.#afterOperator(key);
  }

  #move(motion: ViMotion): ViStep {
    const operator = this.#operator;
    const { text, caret } = this.#draft;
    if (operator === null) {
      this.#draft.moveTo(motion.to(text, caret, this.#times));
      return this.#finish(false);
    }
    this.#begun = this.#draft.depth;
    operate(this.#draft, operator, motion, this.#times, this.#register);
    return this.#afterOperator(operator);
  }

  #afterOperator(operator: ViOperator): ViStep {
    if (operator !== "c") return this.#finish(operator === "d");
    this.#clear();
    this.#mode = "insert";
    return done;
  }

  /** A key that is neither an operator nor a motion. */
  #alone(key: string): ViStep {
    if (this.#operator !== null) return this.#finish(false);
    const times = this.#times ?? 1;
    const insert = viInserts[key];
    if (insert !== undefined) {
      this.#begun = this.#draft.depth;
      insert(this.#draft);
      this.#clear();
      this.#mode = "insert";
      return done;
    }
    const command = viCommands[key];
    if (command !== undefined) {
      this.#clear();
      return { type: "run", command, times };
    }
    if (key === "u") this.#repeat(() => this.#draft.undo());
    else if (key === ".") return this.#changedAgain();
    else {
      const change = viChanges[key];
      change?.(this.#draft, times, this.#register);
      return this.#finish(change !== undefined);
    }
    return done;
  }

  #changedAgain(): ViStep {
    this.#clear();
    return this.#isRepeating ? done : { type: "again", events: this.#changed };
  }

  #repeat(action: () => void): void {
    for (let left = this.#times ?? 1; left > 0; left--) action();
    this.#clear();
  }

  #finish(isChange: boolean): ViStep {
    if (isChange && !this.#isRepeating) this.#changed = this.#keys;
    this.#clear();
    return done;
  }

  #clear(): void {
    [this.#count, this.#operator, this.#operatorCount, this.#argumentOf] = ["", null, "", ""];
  }
}
