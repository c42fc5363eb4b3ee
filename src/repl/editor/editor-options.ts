import type { ImagePart } from "../../chat/messages.ts";
import type { FooterFrame } from "../../terminal/footer.ts";
import type { Words } from "../../words/types.ts";
import type { Completer } from "./completion.ts";
import type { History } from "./history.ts";
import type { FocusReports, KeyInput } from "./keyboard.ts";
import type { Clipping } from "./paste.ts";
import type { BurstTimes } from "./paste-detector.ts";
import type { Prompt } from "./prompt.ts";

/** The terminal as the editor sees it. */
export interface EditorIO {
  readonly input: KeyInput;
  write(text: string): void;
  /** Keeps what is written until this turn of the event loop ends. */
  hold(): void;
  /** Writes what is kept. */
  release(): void;
  columns(): number;
  rows(): number;
  /** Shows rows below all that is written, or takes them away. */
  below(frame: FooterFrame | null): void;
  /** The most rows that `below` may be given. */
  rowsBelow(): number;
  /** @returns a function that ends the notices */
  onResize(callback: () => void): () => void;
}

export interface EditorOptions {
  readonly history: History;
  readonly complete?: Completer;
  /** Lets a text be written in the person's own editor, on the same terminal; may throw. */
  readonly openEditor?: (text: string) => Promise<string>;
  /** Takes what the clipboard of the system holds; throws nothing. */
  readonly clipboard?: (signal: AbortSignal) => Promise<Clipping>;
  readonly focus?: FocusReports;
  /** Called where the terminal says that it draws sixels. */
  readonly onSixels?: () => void;
  readonly words: Words["editor"];
  /** What to say below a text, or null. */
  readonly hint?: (text: string) => string | null;
  /** What stands below the line while there is nothing else to say, or null; asked at each drawing. Left out where it does not fit. */
  readonly status?: () => string | null;
  /** SGR parameters of what is muted; null without colours. Asked at each drawing. */
  readonly muted: () => string | null;
  /** True swaps Enter and Alt-Enter; asked at each key. */
  readonly multiline?: () => boolean;
  /** The prompt of vi's normal mode, as wide as the other, where the keys are those of vi; asked at each prompt. */
  readonly viPrompt?: () => Prompt | null;
  /** Stands before a queued message. */
  readonly queueSign: string;
  /** How long a paste that the terminal does not mark is waited for. */
  readonly burstTimes?: BurstTimes;
}

export type ReadResult =
  /** `typed`: as in `Stretch`, what of the text was typed or completed. `pictures`: those whose labels stand in it. */
  | { readonly kind: "line"; readonly text: string; readonly typed: string; readonly pictures: readonly ImagePart[] }
  /** Ctrl-C at an empty prompt. `touched` tells whether any other key came before it, since the prompt appeared. */
  | { readonly kind: "interrupt"; readonly touched: boolean }
  /** Ctrl-D at an empty prompt, or the end of the input. */
  | { readonly kind: "end" };
