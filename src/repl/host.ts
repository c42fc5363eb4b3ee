import type { Answer, ContextUse, Forfeit, SpentTotal } from "../chat/answer.ts";
import type { Conversation } from "../chat/conversation.ts";
import type { OnEvent } from "../chat/events.ts";
import type { ImagePart, UserMessage } from "../chat/messages.ts";
import type { AppError } from "../errors.ts";
import type { AnswerWriter } from "../terminal/answer.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { ShowThinking } from "../terminal/thinking.ts";
import type { FormName } from "../transcripts/export/form-names.ts";
import type { Language, Words } from "../words/types.ts";
import type { Clipping } from "./editor/paste.ts";
import type { Mention } from "./mentions.ts";

/** What the file is called that a person's editor opens. */
export type EditedFile = "question.md" | "answer.md" | "command.sh";

/** What the session asks of the rest of the program; the app gives it. */
export interface Host {
  readonly terminal: Terminal;
  /** In the language in use, which `/lang` changes. */
  readonly words: Words;
  readonly lines: LineSource;
  readonly dialogue: SessionDialogue;
  readonly settings: SessionSettings;
  readonly archive: Archive;
  /** How the next answer is written to stdout. */
  readonly answerWriter: () => AnswerWriter;
  /**
   * A question with the files it mentions and those that `/file` added, each shown; null where there was much to send and the
   * person said no.
   *
   * @throws AppError `input_unreadable` for a file that is there and cannot be sent
   */
  readonly attach: (written: TypedQuestion, signal: AbortSignal) => Promise<UserMessage | null>;
  /**
   * Asks for pictures, or has those changed that `/file` added, and saves them.
   *
   * @param line options and the prompt, as they were typed
   * @throws AppError where nothing in it says what to show, or no model makes pictures; nothing is changed then
   */
  readonly makePictures: (line: string, onEvent: OnEvent, signal: AbortSignal) => Promise<Answer>;
  /** Whether questions are estimated, and not asked. */
  readonly asksNothing: boolean;
  /** Prints what a question costs at most; null: continuing the last answer. */
  readonly tellEstimate: (question: UserMessage | null) => Promise<void>;
  /** Says what a question costs where that is much; false where it could exceed a budget and the person said no. */
  readonly mayAfford: (question: UserMessage | null) => Promise<boolean>;
  /** Shows what goes with a question asked before; false where there is much to send and the person said no. */
  readonly maySendAgain: (question: UserMessage) => Promise<boolean>;
  /** Adds a file, a folder or a pattern to the next question; gives how many files that were. */
  readonly addFile: (path: string, signal: AbortSignal) => Promise<number>;
  /** Adds a picture to the next question. */
  readonly addPicture: (picture: ImagePart) => void;
  /** Takes what the clipboard of the system holds; throws nothing. */
  readonly clipboard: (signal: AbortSignal) => Promise<Clipping>;
  /** Tells a person who looks at another window that an answer is there, or failed, where that is wanted. */
  readonly notify: (answer: { readonly failed: boolean; readonly seconds: number }) => void;
  /** Reads an alias, `provider/id`, `provider`, or an id of the provider in use, whose own list decides where that is not clear. */
  readonly readModel: (text: string, signal: AbortSignal) => Promise<ChosenModel>;
  /**
   * What a provider offers, each with what is known of it in words; asked for once in a while.
   *
   * @param afresh asks in any case
   */
  readonly listModels: (
    provider: string,
    afresh: boolean,
  ) => Promise<readonly { readonly id: string; readonly facts: string }[]>;
  /** Tells a person of an error, with its trace where that is wanted; what was not foreseen is logged too. */
  readonly tell: (error: AppError) => void;
  readonly providers: readonly string[];
  /** Aliases of models, each with the text that it stands for. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly roles: SessionRoles;
  readonly tools: SessionTools;
  readonly servers: SessionServers;
  /** Opens a text in the person's own editor; null where that left no file. */
  readonly editText: (text: string, name: EditedFile) => Promise<string | null>;
  readonly useLanguage: (language: Language) => Promise<void>;
  /** The environment for a program of the system. */
  readonly withoutKeys: Readonly<Record<string, string | undefined>>;
  readonly showThinking: ShowThinking;
  /** Saves the thinking shown last, for `/thinking`. */
  lastThinking: string;
  /** The failure to save that was reported when quitting. */
  reportedUnsaved: AppError | null;
}

/** A question before its files are read. */
export interface TypedQuestion {
  readonly text: string;
  readonly mentions: readonly Mention[];
  /** Pasted pictures whose labels stand in the text. */
  readonly pictures: readonly ImagePart[];
  /** The question whose place it takes: what was attached to that one goes along; null for none. */
  readonly instead: UserMessage | null;
}

export interface ChosenModel {
  readonly provider: string;
  /** Null: the provider's own. */
  readonly model: string | null;
  /** What may have been meant, where nobody knows such a model and another's name is like it; else null. */
  readonly nearest: string | null;
}

interface RoleInUse {
  readonly name: string;
  /** The model, parameters and variables that it sets, in words. */
  readonly parts: readonly string[];
  /** What another program's role asks for and is left out. */
  readonly unsupported: readonly string[];
}

/** Roles, wherever they are kept. */
export interface SessionRoles {
  readonly names: () => Promise<readonly string[]>;
  /** Null for none. */
  readonly inUse: () => RoleInUse | null;
  /** Variables of a role without a value. @throws AppError `bad_value` where there is no such role; what is wrong in its file */
  readonly missing: (name: string) => Promise<readonly string[]>;
  /**
   * Uses a role from the next question on: its system prompt, examples, template, model and parameters.
   *
   * @param name null for none any more
   * @param vars values of variables
   * @throws AppError `bad_value`, `missing_variable`, and where its model cannot be used; nothing is changed then
   */
  readonly use: (name: string | null, vars: Readonly<Record<string, string>>) => Promise<void>;
}

/** What the model may call. */
export interface SessionTools {
  readonly names: () => Promise<readonly string[]>;
  /** Lists them with those that are on. */
  readonly show: () => Promise<void>;
  /**
   * Turns tools on or off from the next question on.
   *
   * @param patterns names, or patterns with `*`
   * @throws AppError `bad_value` for a name that no tool has; nothing is changed then
   */
  readonly switch: (patterns: readonly string[], isOn: boolean) => Promise<void>;
}

/** A prompt of an MCP server. */
export interface PromptOffer {
  /** As it is typed: `server:prompt`. */
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly required: boolean }[];
}

/** The MCP servers; where none is configured there is nothing of them, and nothing is loaded. */
export interface SessionServers {
  /** Lists them with their state. */
  readonly show: () => Promise<void>;
  readonly names: () => Promise<readonly string[]>;
  /**
   * Ends a server and starts it once more; what fails is told.
   *
   * @param signal ends the waiting
   * @throws AppError `mcp_unknown`
   */
  readonly restart: (name: string, signal: AbortSignal) => Promise<void>;
  /** Prompts of the servers that are ready. */
  readonly prompts: () => Promise<readonly PromptOffer[]>;
  /** One of them by its name; null where there is none. @throws AppError `mcp_failed` */
  readonly findPrompt: (name: string, signal: AbortSignal) => Promise<PromptOffer | null>;
  /** The text that a server makes of a prompt. @throws AppError `mcp_failed` */
  readonly prompt: (name: string, values: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<string>;
  /** What may stand for an argument of a prompt. */
  readonly valuesLike: (prompt: string, argument: string, typed: string) => Promise<readonly string[]>;
  /** Resources of the servers that are ready, as they are typed: `server:uri`. */
  readonly resources: () => Promise<readonly { readonly name: string; readonly title: string }[]>;
}

/** Settings for the rest of the session. */
export interface SessionSettings {
  readonly names: readonly string[];
  /**
   * What is in force, in words; null when nobody set it.
   *
   * @throws AppError `unknown_setting`
   */
  readonly get: (name: string) => string | null;
  /** @throws AppError `unknown_setting`, `bad_value` */
  readonly set: (name: string, value: string | null) => void;
}

/** What of a conversation is exported. */
export interface PartToExport {
  /** As typed: `3`, `3-5` or `3-`; null for all. */
  readonly turns: string | null;
  readonly thinking: boolean;
}

/** Saved conversations. */
export interface Archive {
  /** Shows a picker; null when the person left it. */
  readonly pick: () => Promise<string | null>;
  /** Switches to another conversation; returns its title and exchanges. */
  readonly resume: (reference: string) => Promise<void>;
  readonly list: () => Promise<readonly { readonly id: string; readonly title: string }[]>;
  readonly search: (words: string) => Promise<void>;
  /** Shows where words stand in this conversation. @throws AppError `not_possible` where nothing of it is saved */
  readonly find: (words: string) => Promise<void>;
  /**
   * Shows a turn of this conversation once more.
   *
   * @param turn from 1; null for the last
   * @throws AppError `not_possible` where nothing of it is saved, or there is no such turn
   */
  readonly showTurn: (turn: number | null) => Promise<void>;
  /** @throws AppError `usage` where there is nothing to save; `transcript_unwritable` */
  readonly saveTo: (path: string) => void;
  /** @param path null: named like the conversation, in the working directory */
  readonly exportTo: (form: FormName, path: string | null, part: PartToExport) => Promise<void>;
  /**
   * Goes on in a new file that names this one; gives its path.
   *
   * @param turns how many of the turns it takes over; null for all
   * @throws AppError `usage` where there are not so many, or nothing is saved
   */
  readonly fork: (turns: number | null) => Promise<string>;
}

/** A conversation with a model, saved as it goes. */
export interface SessionDialogue {
  readonly provider: string;
  readonly modelId: string;
  readonly id: string | null;
  /** Path of the transcript; null while there is none. */
  readonly path: string | null;
  /** The name someone gave the conversation, else its first question; null before that. */
  readonly title: string | null;
  /**
   * Gives it another title.
   *
   * @param signal ends the waiting for another program that is writing to the transcript
   * @returns why the transcript does not say so; null where it does, or where nothing is saved
   * @throws AppError `transcript_busy` where another program keeps writing to it; nothing is changed then
   */
  readonly rename: (title: string, signal: AbortSignal) => Promise<AppError | null>;
  readonly conversation: Conversation;
  readonly context: ContextUse;
  /** The same, counted with the model's own vocabulary where it is known and the service has not counted. */
  readonly countContext: () => Promise<ContextUse>;
  /** What the next request loses of the prefix cache; null where that costs nothing, or nobody knows. */
  readonly forfeited: Forfeit | null;
  /** Since the session began. */
  readonly spent: SpentTotal;
  /** Why a part of the conversation is not saved; null when all is, or nothing is to be. */
  readonly unsaved: AppError<"transcript_unwritable"> | null;
  /** Whether the last answer is not whole and can be continued. */
  readonly canContinue: boolean;
  /** What `/retry`, `/edit-last` and `/undo` mean: the question that failed last, else the last one with an answer; null for none. */
  readonly lastQuestion: UserMessage | null;
  /**
   * While the next question is being thought of: opens a connection, and asks `title_model` for a title where there is none. Where that
   * fails, the question will tell, and the log.
   */
  readonly prepare: () => void;
  /** Asks the server for the window of its model, where nobody knows it; once. */
  readonly learnWindow: () => Promise<void>;
  /**
   * Puts a question and gives the answer, saved; never throws for what a service or the disk does.
   *
   * @param instead whether it takes the place of the last question, which is withdrawn
   * @throws AppError where the model cannot be opened; nothing is changed then
   */
  readonly ask: (question: UserMessage, onEvent: OnEvent, signal: AbortSignal, instead?: boolean) => Promise<Answer>;
  /**
   * Continues the last answer from where it stopped.
   *
   * @throws AppError `not_possible` when there is nothing to continue; where the model cannot be opened
   */
  readonly continueAnswer: (onEvent: OnEvent, signal: AbortSignal) => Promise<Answer>;
  /**
   * Puts another text in the place of the last answer, and continues it from its end.
   *
   * @param kept what the answer begins with from now on
   * @returns what the model added
   * @throws AppError `not_possible` when there is no answer; where the model cannot be opened; nothing is changed then
   */
  readonly editAnswer: (kept: string, onEvent: OnEvent, signal: AbortSignal) => Promise<Answer>;
  /**
   * Has the model summarise the conversation, and continues with the summary in its place; the transcript keeps all.
   *
   * @returns tokens before and after, and why it was not written down
   * @throws AppError where there is nothing to summarise, or no summary came of it; nothing is changed then
   */
  readonly compact: (signal: AbortSignal) => Promise<Unsaved & { readonly before: number; readonly after: number }>;
  /** Drops the oldest turns until half of the window is free, at least one; gives how many. */
  readonly dropOldest: () => Promise<Unsaved & { readonly turns: number }>;
  /**
   * From the next question on: another model, of this provider or of another.
   *
   * @param model null takes the provider's own
   * @throws AppError for settings and credentials; nothing is changed then
   */
  readonly useModel: (provider: string, model: string | null) => Promise<void>;
  readonly useSystem: (system: string | null) => void;
  /**
   * Marks the last answer as a good one in the transcript, or takes that back; null where there is no answer.
   *
   * @param signal ends the waiting for another program that is writing to the transcript
   * @throws AppError `not_possible` where nothing is saved
   */
  readonly toggleGood: (signal: AbortSignal) => Promise<(Unsaved & { readonly good: boolean }) | null>;
  /** Withdraws the last question with its answer, also in the transcript; null when there is none. */
  readonly undo: () => Promise<(Unsaved & { readonly question: UserMessage }) | null>;
  /**
   * The transcript that another program was writing to, so that the conversation has one of its own now, and that one's path,
   * both as they are shown; once, then null.
   */
  readonly takeAvoided: () => { readonly avoided: string; readonly path: string } | null;
  /** Whether another program has added to the transcript since this one last read it or wrote to it; true once for each time. */
  readonly changedElsewhere: () => boolean;
  /** A new conversation, as the settings have it, and a new transcript with its first question. */
  readonly startNew: () => void;
}

/** Why the transcript does not say what was done; null where it does, or where nothing is saved. */
interface Unsaved {
  readonly unsaved: AppError | null;
}

export type InputLine =
  /** `mentions`: what it names after `@`, where that was typed at the editor; none for what was piped.
   * `pictures`: those that were pasted there. */
  | {
      readonly kind: "line";
      readonly text: string;
      readonly mentions?: readonly Mention[];
      readonly pictures?: readonly ImagePart[];
    }
  /** Ctrl-C at an empty prompt; `touched` when other keys came before it. */
  | { readonly kind: "interrupt"; readonly touched: boolean }
  /** Ctrl-D at an empty prompt, or the end of what is piped in. */
  | { readonly kind: "end" };

/** Where questions come from: the line editor, a plain terminal, or a pipe. */
export interface LineSource {
  /**
   * @param initial stands at the prompt to begin with, where it can be edited
   * @param again whether it was read from here before: then what was typed of it counts as typed
   * @param pictures those whose labels stand in it
   */
  read(initial?: string, again?: boolean, pictures?: readonly ImagePart[]): Promise<InputLine>;
  /** Resolves when the prompt of the last `read` is on the screen; absent where it is at once. */
  shown?(): Promise<void>;
  /**
   * While an answer streams: lines that are entered are kept for the next `read`s, and Ctrl-C calls `onInterrupt`, as Escape does at
   * the line editor.
   *
   * @returns what ends the calling
   */
  hold(onInterrupt: () => void): () => void;
  /** After an answer that was stopped or failed: what is kept is shown, and read only once someone presses Enter. */
  pauseQueue(): void;
  /** How many messages are kept so, and stand in the history; absent where none ever does. */
  unsent?(): number;
  /** Lends the terminal to somebody else, a picker or an editor; the next `read` takes it back. */
  release(): void;
  /** Lends it for a moment, at a prompt and below an answer; what is returned takes it back. */
  lend(): () => void;
  /** What was typed before, oldest first. */
  history(): readonly string[];
  /** Whether Enter makes a new line and Alt-Enter sends; where the source knows no difference, nothing. */
  multiline: boolean;
  close(): Promise<void>;
}
