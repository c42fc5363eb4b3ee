/** What a request tells a model, in order. What was typed stays apart from what was attached to it. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** A question with its answer that a role begins each conversation with. */
export interface Example {
  readonly user: string;
  readonly assistant: string;
}

interface SystemMessage {
  readonly role: "system";
  readonly content: string;
}

/** A question: what was typed, if anything, then what was attached. */
export interface UserMessage {
  readonly role: "user";
  readonly content: readonly (TextPart | FilePart | ImagePart | DocumentPart)[];
  /** Absent where nobody asked it: a summary's heading, a request of the program's own. */
  readonly askedAt?: Date;
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: readonly (TextPart | ThinkingPart | ToolCall | ImagePart | ServiceBlock)[];
  /** Only on the last message of a request: the model continues from exactly the end of its text. */
  readonly prefix?: true;
}

/** The result of a tool call. */
export interface ToolMessage {
  readonly role: "tool";
  /** The call's id. */
  readonly callId: string;
  readonly content: readonly (TextPart | ImagePart)[];
  readonly isError?: true;
}

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/** A text file; it becomes text of the message where the request body is made. */
export interface FilePart {
  readonly type: "file";
  readonly name: string;
  readonly text: string;
}

/** A document that a service reads itself: it lies there as a file, and the message names it. */
export interface DocumentPart {
  readonly type: "document";
  readonly name: string;
  /** SHA-256 of its bytes, in hex. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** On this machine, absolute; null where nobody knows it. */
  readonly path: string | null;
  /** Where it lies; null where it was not sent yet. */
  readonly place: { readonly provider: string; readonly id: string } | null;
}

export interface ImagePart {
  readonly type: "image";
  readonly name: string;
  /** `data:image/png;base64,…` */
  readonly url: string;
  /** How closely the model is to look at this one; absent: as the settings say. */
  readonly detail?: string;
}

interface ThinkingPart {
  readonly type: "thinking";
  readonly text: string;
}

/** A piece of an answer that its service alone understands, such as a search of its own. It goes back there unchanged. */
export interface ServiceBlock {
  readonly type: "service";
  /** The provider that sent it; no other one gets it. */
  readonly provider: string;
  /** The field of the message that it came in; `content` for one in the list of the answer's parts, in its place among the text. */
  readonly field: string;
  /** JSON. */
  readonly value: unknown;
  /** What of the text before it is in it as well; empty for nothing. */
  readonly text: string;
}

export interface ToolCall {
  readonly type: "tool_call";
  readonly id: string;
  readonly name: string;
  /** As the model wrote them: JSON, if all went well. */
  readonly arguments: string;
}
