import type { Transcript } from "../format/types.ts";
import type { FormName } from "./form-names.ts";
import type { ExportContext } from "./types.ts";

interface Form {
  /** Whether one file holds several conversations. */
  readonly gathers: boolean;
  /** Where pictures go: into the file; into a folder beside it, where it is one; nowhere. */
  readonly pictures: "inside" | "beside" | "none";
  /** The conversation as text; empty where the form has nothing to say of it. */
  readonly write: (transcript: Transcript, around: ExportContext) => Promise<string>;
}

/** How each form is written. To add one, add a row and its name. */
export const forms: Readonly<Record<FormName, Form>> = {
  md: {
    gathers: false,
    pictures: "beside",
    write: async (transcript, { words }) => (await import("./markdown.ts")).asMarkdown(transcript, words),
  },
  html: {
    gathers: false,
    pictures: "inside",
    write: async (transcript, { words, dialect, signal }) =>
      await (await import("./html/page.ts")).asPage(transcript, words, dialect, signal),
  },
  json: {
    gathers: false,
    pictures: "inside",
    write: async (transcript) => (await import("./json.ts")).asJson(transcript),
  },
  jsonl: {
    gathers: true,
    pictures: "inside",
    write: async (transcript) => (await import("./jsonl.ts")).asMessagesLine(transcript),
  },
  txt: {
    gathers: false,
    pictures: "none",
    write: async (transcript) => (await import("./plain.ts")).asPlainText(transcript),
  },
};

/** The form that a file's name asks for; null when it asks for none. */
export function formOf(path: string): FormName | null {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(forms, ending) ? (ending as FormName) : null;
}
