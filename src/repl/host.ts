import type { ChatEvent, Cost, Usage } from "../chat/model.ts";
import type { TurnResult } from "../chat/turn.ts";
import type { AppError } from "../errors.ts";
import type { AnswerWriter } from "../terminal/answer.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { ShowThinking } from "../terminal/thinking.ts";
import type { Language, Words } from "../words/words.ts";
import type { Mention } from "./mentions.ts";

/** What the session asks of the rest of the program; the app gives it. */
export interface Host {
  readonly terminal: Terminal;
  /** In the language in use, which `/lang` changes. */
  readonly words: Words;
  readonly lines: LineSource;
  readonly dialogue: Dialogue;
  readonly settings: SessionSettings;
  readonly archive: Archive;
  /** How the next answer is written to stdout. */
  readonly answerWriter: () => AnswerWriter;
  /** Called when a prompt has appeared; gets ready for what will be asked. */
  readonly prepare: () => void;
  /** A question with what it names after `@` and what `/file` added. */
  readonly attach: (text: string) => Promise<Question>;
  /** Adds a file, a folder or a pattern to the next question; gives how many files that were. */
  readonly addFile: (path: string) => Promise<number>;
  /** Reads `provider/id`, or an id of the provider in use. */
  readonly parseModel: (text: string) => { readonly provider: string; readonly model: string | null };
  /** What the provider in use offers, each with what is known of it in words. */
  readonly listModels: () => Promise<readonly { readonly id: string; readonly facts: string }[]>;
  readonly providers: readonly string[];
  readonly roles: Readonly<Record<string, string>>;
  readonly editText: (text: string) => Promise<string>;
  readonly useLanguage: (language: Language) => Promise<void>;
  /** The environment for a program of the system. */
  readonly withoutKeys: Readonly<Record<string, string | undefined>>;
  readonly showThinking: ShowThinking;
  /** Saves the thinking shown last, for `/thinking`. */
  lastThinking: string;
  /** The failure to save that a person was told of who was about to leave. */
  toldUnsaved: AppError | null;
}

/** Settings for the rest of the session. */
export interface SessionSettings {
  readonly names: readonly string[];
  /** As it is now, in words; null when nobody set it. */
  readonly get: (name: string) => string | null;
  /** @throws AppError `bad_value` */
  readonly set: (name: string, value: string | null) => void;
}

export type ExportForm = "md" | "html" | "json" | "jsonl" | "txt";

/** Saved conversations. */
export interface Archive {
  /** Shows a picker; null when the person left it. */
  readonly pick: () => Promise<string | null>;
  /** Goes on with another conversation; gives its title and exchanges. */
  readonly resume: (reference: string) => Promise<void>;
  readonly list: () => Promise<readonly { readonly id: string; readonly title: string }[]>;
  readonly search: (words: string) => Promise<void>;
  readonly saveTo: (path: string) => void;
  /** @param path null: named like the conversation, in the working directory */
  readonly exportTo: (form: ExportForm, path: string | null) => Promise<void>;
  /** Goes on in a new file that names this one; gives its path. */
  readonly fork: () => Promise<string>;
}

export interface Question {
  readonly text: string;
}

/** Tokens of the conversation as the next request would send it. */
export interface ContextUse {
  readonly tokens: number;
  /** True where it is an estimate and not the service's count. */
  readonly estimated: boolean;
  /** Tokens the model can read; null when unknown. */
  readonly window: number | null;
}

export interface Dialogue {
  readonly provider: string;
  readonly modelId: string;
  readonly id: string | null;
  readonly path: string | null;
  readonly conversation: {
    system: string | null;
    readonly turns: readonly { readonly role: string; readonly content: string }[];
  };
  readonly context: ContextUse;
  /** Everything asked since the session began. */
  readonly spent: { readonly usage: Usage | null; readonly costs: readonly Cost[]; readonly questions: number };
  /** Why a part of the conversation is not saved; null when all is, or nothing is to be. */
  readonly unsaved: AppError<"transcript_unwritable"> | null;
  /** Whether the last answer is not whole and can be gone on with. */
  readonly canContinue: boolean;
  /** Asks a server once for the window of its model, where it is unknown so far. */
  readonly learnWindow: () => Promise<void>;
  readonly ask: (question: Question, onEvent: (event: ChatEvent) => void, signal: AbortSignal) => Promise<Answer>;
  readonly continueAnswer: (onEvent: (event: ChatEvent) => void, signal: AbortSignal) => Promise<Answer>;
  /** Replaces the older turns by a summary the model writes; the transcript keeps them. Gives the tokens saved. */
  readonly compact: (signal: AbortSignal) => Promise<{ readonly before: number; readonly after: number }>;
  /** Forgets the oldest turns until about half of the window is free. Gives how many exchanges were dropped. */
  readonly dropOldest: () => number;
  readonly useModel: (provider: string, model: string | null) => Promise<void>;
  readonly useSystem: (system: string | null) => void;
  /** Withdraws the last exchange; gives its question, null when there is none. */
  readonly undo: () => string | null;
  readonly startNew: () => Promise<void>;
}

export interface Answer extends TurnResult {
  readonly cost: Cost | null;
  readonly unsaved: AppError | null;
}

export type Line =
  /** `mentions`: what it names after `@`, where that was typed at the editor; none for what was piped. */
  | { readonly kind: "line"; readonly text: string; readonly mentions?: readonly Mention[] }
  /** Ctrl-C at an empty prompt; `touched` when other keys came before it. */
  | { readonly kind: "interrupt"; readonly touched: boolean }
  /** Ctrl-D at an empty prompt, or the end of what is piped in. */
  | { readonly kind: "end" };

/** Where questions come from: the line editor, a plain terminal, or a pipe. */
export interface LineSource {
  /** @param initial stands at the prompt to begin with, where it can be edited */
  read(initial?: string): Promise<Line>;
  /**
   * While an answer streams: keys are kept for the next prompt, and Ctrl-C calls `onInterrupt`.
   *
   * @returns what ends it
   */
  hold(onInterrupt: () => void): () => void;
  /** Lends the terminal to somebody else, a picker or an editor; the next `read` takes it back. */
  release(): void;
  /** What was typed before, oldest first. */
  history(): readonly string[];
  /** Whether Enter makes a new line and Alt-Enter sends; where the source knows no difference, nothing. */
  multiline: boolean;
  close(): Promise<void>;
}
