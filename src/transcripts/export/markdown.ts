import type { WebSource } from "../../chat/events.ts";
import { type Exchange, modelOf, type SavedImage, type Transcript } from "../format/types.ts";
import { labelOf, shownSections } from "../format/sections.ts";
import { localStamp } from "../format/times.ts";
import type { ExportWords } from "./types.ts";
import { sourcesOf, spoken } from "./visible-turns.ts";

/**
 * A conversation as Markdown to read or to put among one's notes. Questions stand in quotes, so that nothing in them
 * becomes a heading; thinking folds where the viewer knows how; answers stand as they are.
 */
export function asMarkdown({ title, exchanges }: Transcript, words: ExportWords): string {
  const parts = [`# ${escapeInline(title) || words.exporting.untitled}`];
  let system: string | null = null;
  for (const exchange of spoken(exchanges)) {
    if (exchange.system !== null && exchange.system !== system) {
      parts.push(`## ${words.exporting.system}`, quote(exchange.system));
    }
    system = exchange.system;
    parts.push(...exchangeParts(exchange, words));
  }
  return `${parts.join("\n\n")}\n`;
}

function exchangeParts(exchange: Exchange, words: ExportWords): string[] {
  const { labels } = words.transcripts;
  const { question, images, files = [], status } = exchange;
  const parts = [heading(labels.Question, exchange.askedAt, null)];
  if (question.trim() !== "") parts.push(quote(question));
  // A document is named; what it says is at its service alone.
  parts.push(...files.map(({ name }) => `> ${escapeInline(name)}`), ...images.map(pictureLink));
  for (const { name, at, text, images: own } of shownSections(exchange)) {
    if (name === "Picture") parts.push(...own.map(pictureLink), ...(text.trim() === "" ? [] : [quote(text)]));
    if (name === "Picture" || text.trim() === "") continue;
    if (name === "Answer") parts.push(heading(labels.Answer, at, modelOf(exchange)), closed(text));
    else if (name !== "Thinking") parts.push(heading(labelOf(labels, name), at, null), codeBlock(text));
    else parts.push(`<details>\n<summary>${labels.Thinking}</summary>\n\n${closed(text)}\n\n</details>`);
    parts.push(...own.map(pictureLink));
  }
  const sources = sourcesOf(exchange).map(sourceLine);
  if (sources.length > 0) parts.push(`**${words.exporting.sources}**`, sources.join("\n"));
  if (status !== "complete") {
    const label = status === "failed" ? labels.Error : labels.Interrupted;
    parts.push(quote(`**${label}**${exchange.notice ? ` ${escapeInline(exchange.notice)}` : ""}`));
  }
  return parts;
}

/** A picture by its address; its name alone where it has none that can be written. */
function pictureLink(image: SavedImage): string {
  const name = escapeInline(image.name);
  return "url" in image && /^[^\s()<>]+$/.test(image.url) ? `![${name}](${image.url})` : `*${name || "?"}*`;
}

/** An address is written so that nothing in it ends the link. */
function sourceLine({ title, url }: WebSource, index: number): string {
  const address = url.replace(/[<>\\`]/g, (character) => encodeURIComponent(character));
  return `${index + 1}. [${escapeInline(title ?? "").trim() || escapeInline(url)}](<${address}>)`;
}

function heading(label: string, at: Date | null, model: string | null): string {
  return `## ${[label, at === null ? null : localStamp(at), model && escapeInline(model)].filter(Boolean).join(" · ")}`;
}

function quote(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

/** Indented, so that nothing in the text ends it. */
function codeBlock(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`.trimEnd())
    .join("\n");
}

/** A one-line text in which Markdown sees nothing. */
function escapeInline(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>#|~]/g, String.raw`\$&`);
}

/** The text with a code block closed that was left open where the answer broke off, so that it swallows nothing behind it. */
function closed(text: string): string {
  let open: string | null = null;
  for (const line of text.split("\n")) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence === null) continue;
    const [, marks = "", rest = ""] = fence;
    if (open === null) open = marks.startsWith("`") && rest.includes("`") ? null : marks;
    else if (marks.startsWith(open) && rest.trim() === "") open = null;
  }
  return open === null ? text.trimEnd() : `${text.trimEnd()}\n${open}`;
}
