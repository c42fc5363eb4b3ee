import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseTranscript } from "../../src/transcripts/format/parse.ts";
import { Searcher, type SearchResults, type SearchQuery } from "../../src/transcripts/search/search.ts";
import { decodeFile } from "../../src/transcripts/format/decode.ts";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { ending, noon, turn } from "./transcripts.ts";

export type Said = readonly [question: string, answer: string];

/** Appends exchanges to a file, or to a new one in a folder; gives its path. */
export function say(writer: TranscriptWriter, said: readonly Said[], at = noon): string {
  for (const [question, answer] of said) {
    writer.begin(turn(question, { at }));
    writer.text(answer, at);
    writer.end(ending({ at }));
  }
  return writer.path!;
}

/** A conversation in a new file of a folder; gives its path. */
export function converse(folder: string, ...said: readonly Said[]): string {
  return say(TranscriptWriter.create(folder), said);
}

export async function search(
  folder: string,
  cache: string | null,
  what: string | RegExp,
  more: Partial<SearchQuery> = {},
): Promise<SearchResults> {
  using searcher = new Searcher(folder, cache, "once");
  return await ask(searcher, what, more);
}

/** One of several searches. */
export async function ask(
  searcher: Searcher,
  what: string | RegExp,
  more: Partial<SearchQuery> = {},
): Promise<SearchResults> {
  const query = { what, role: null, since: null, limit: null, exchanges: null, ...more };
  return await searcher.search(query, { signal: new AbortController().signal, onProgress: () => {} });
}

/** What was found, as `name#turn`, in the order of names. */
export function hits({ conversations }: SearchResults): string[] {
  return conversations
    .flatMap(({ path, exchanges }) => exchanges.map(({ turn }) => `${basename(path)}#${turn}`))
    .sort();
}

/** The same by reading everything and comparing it in the plainest way. */
export function naiveHits(folder: string, literals: readonly string[]): string[] {
  const plain = (text: string) => text.normalize("NFKD").toLowerCase().replaceAll("\u03c2", "\u03c3");
  return readdirSync(folder, { withFileTypes: true })
    .filter((file) => file.isFile())
    .flatMap(({ name }) => {
      const { exchanges } = parseTranscript(decodeFile(readFileSync(join(folder, name))));
      return exchanges.flatMap(({ question, answer, reasoning, notice }, index) => {
        const texts = [question, answer, reasoning, notice ?? ""].map(plain);
        const all = literals.every((literal) => texts.some((text) => text.includes(plain(literal))));
        return all ? [`${name}#${index + 1}`] : [];
      });
    })
    .sort();
}
