import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isTabKey,
  isUpKey,
  useEffect,
  useKeypress,
  useRef,
  useState,
} from "@inquirer/core";
import type { Words } from "../words/types.ts";
import { asked } from "./prompts.ts";
import { sanitize } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";
import { clipped } from "./width.ts";

export interface PickerRow {
  readonly value: string;
  /** One line, which may come from outside. */
  readonly name: string;
  /** What words of the filter are looked for in, folded as they are. */
  readonly text: string;
}

/** What can be done with a row, and the key for it; Enter does the first of those offered. */
const keys = { show: "s", resume: "r", pin: "p", export: "e", remove: "d" } as const;
export type Deed = keyof typeof keys;

export interface PickerOptions {
  readonly terminal: Terminal;
  readonly words: Words["picker"];
  readonly rows: readonly PickerRow[];
  /** Makes texts alike that mean the same, as in upper and lower case. */
  readonly fold: (text: string) => string;
  /** What Enter does. */
  readonly first: Deed;
  /** Where an earlier choice was left. */
  readonly start: Start;
  /** The values of the rows whose contents hold the words of a filter; empty once another filter is asked for. */
  readonly search: (filter: string) => Promise<ReadonlySet<string>>;
  /** What is known of a row, read when it is highlighted. */
  readonly preview: (value: string) => Promise<string>;
}

export interface Start {
  readonly filter: string;
  readonly value: string | null;
  /** What was searched for the filter. */
  readonly contents?: Contents | null;
  /** Of the value among those found; what is there now is chosen when the value is gone. */
  readonly place: number;
}

export interface Picked extends Start {
  readonly deed: Deed;
  readonly value: string;
}

/**
 * Lets a person choose a row and what to do with it. While the list has the focus, letters are keys for deeds; any other
 * letter, or `/`, begins a filter, and Up, Down or Tab give the focus back. What comes in one go was pasted, and is no key.
 *
 * @returns null when they left it
 * @throws AppError `interrupted` for Ctrl-C
 */
export async function pick(options: PickerOptions): Promise<Picked | null> {
  return await asked((context) => prompt(options, { ...context, clearPromptOnDone: true }), false);
}

/** Waits for a key. */
export async function pause(message: string): Promise<void> {
  await asked((context) => keyPrompt({ message }, { ...context, clearPromptOnDone: true }), false);
}

const keyPrompt = createPrompt<void, { readonly message: string }>(({ message }, done) => {
  useKeypress(() => done());
  return message;
});

/** What is known of the contents of rows: those that hold the words of a filter. */
interface Contents {
  readonly filter: string;
  readonly values: ReadonlySet<string>;
}

/** The rows that a filter leaves: by what stands in them, and by their contents as far as these were searched. */
function matching({ rows, fold }: PickerOptions, filter: string, contents: Contents | null): readonly PickerRow[] {
  const wanted = fold(filter).split(/\s+/u).filter(Boolean);
  if (wanted.length === 0) return rows;
  const held = contents?.filter === filter ? contents.values : new Set<string>();
  return rows.filter(({ text, value }) => held.has(value) || wanted.every((word) => text.includes(word)));
}

const prompt = createPrompt<Picked | null, PickerOptions>((options, done) => {
  const { terminal, words, rows, start, first } = options;
  const ink = terminal.ink.err;
  const [filter, setFilter] = useState(start.filter);
  const [typing, setTyping] = useState(false);
  const [place, setPlace] = useState(() => {
    const found = matching(options, start.filter, start.contents ?? null).findIndex((row) => row.value === start.value);
    return found >= 0 ? found : start.place;
  });
  /** A letter that does something when nothing comes right behind it. */
  const waiting = useRef<NodeJS.Immediate | null>(null);
  const [, setSize] = useState(0);
  const contents = useContents(filter, options.search, start.contents ?? null);
  const found = matching(options, filter, contents);
  const active = Math.min(place, found.length - 1);
  const chosen = found[active];
  const preview = usePreview(chosen?.value ?? null, options.preview);
  const room = layout(terminal.rows, found.length);

  useEffect((line) => {
    line.write(start.filter);
    const unlisten = terminal.onResize(() => {
      // Rows that the terminal has wrapped anew are more than were drawn; the cursor is on the first.
      terminal.err("\u001b[J");
      setSize(terminal.columns * 10_000 + terminal.rows);
    });
    return () => {
      unlisten();
      if (waiting.current !== null) clearImmediate(waiting.current);
    };
  }, []);

  useKeypress((key, line) => {
    /** What the line editor made of a key that is none for it. */
    const restore = () => {
      line.clearLine(0);
      line.write(filter);
    };
    const move = (by: number) => {
      restore();
      setTyping(false);
      setPlace(Math.max(0, Math.min(found.length - 1, active + by)));
    };
    const act = (deed: Deed) => {
      restore();
      if (chosen !== undefined) done({ deed, value: chosen.value, filter, place: active, contents });
    };
    const isAlone = waiting.current === null;
    if (waiting.current !== null) clearImmediate(waiting.current);
    waiting.current = null;
    if (isEnterKey(key)) return act(first);
    if (isUpKey(key)) return move(-1);
    if (isDownKey(key)) return move(1);
    if (key.name === "pageup") return move(-room.list);
    if (key.name === "pagedown") return move(room.list);
    if (isTabKey(key)) return move(0);
    if (!typing && key.name === "delete") return act("remove");
    if (key.name === "escape") {
      if (filter === "" && !typing) return done(null);
      line.clearLine(0);
      setTyping(false);
      setFilter("");
      return undefined;
    }
    const typed = line.line.startsWith(filter) ? line.line.slice(filter.length) : "";
    if (!typing && typed !== "") {
      const deed = (Object.keys(keys) as Deed[]).find((name) => keys[name] === typed);
      if (isAlone && (deed !== undefined || typed === "q")) {
        waiting.current = setImmediate(() => (deed === undefined ? done(null) : act(deed)));
        return undefined;
      }
      setTyping(true);
      if (typed === "/") return restore();
    }
    // The cursor stays at the end.
    if (line.line === filter) return restore();
    setFilter(line.line);
    setPlace(0);
    return undefined;
  });

  const width = terminal.columns - 1;
  const from = Math.max(0, Math.min(active - Math.floor(room.list / 2), found.length - room.list));
  /** A sign where there are more rows than are shown. */
  const edgeOf = (index: number) => {
    if (index === 0 && from > 0) return ink.muted("↑");
    return index === room.list - 1 && from + room.list < found.length ? ink.muted("↓") : " ";
  };
  const list = found.slice(from, from + room.list).map((row, index) => {
    const line = clipped(sanitize(row.name), width - 2);
    return row === chosen ? ink.accent(`› ${line}`) : `${edgeOf(index)} ${line}`;
  });
  const shown = sanitize(preview)
    .split("\n")
    .slice(0, room.preview)
    .map((line) => ink.muted(clipped(line, width)));
  const isSearched = filter.trim() === "" || contents?.filter === filter;
  const position = found.length > room.list ? `${active + 1}/${found.length} · ` : "";
  const hint = position + (typing ? words.filtering : words.choosing(Object.assign({ first }, keys)));
  const bottom = [
    ...(found.length === 0 ? [ink.warning(clipped(`  ${isSearched ? words.noMatch : words.searching}`, width))] : list),
    ...(room.preview > 0 ? ["", ...shown] : []),
    ink.muted(clipped(hint, width)),
  ];
  const head = `${ink.strong(clipped(words.title({ found: found.length, all: rows.length }), Math.floor(width / 2)))} `;
  return [`${head}${filter}`, bottom.join("\n")];
});

/** The contents that hold the words of the filter; those of another filter, or null, until they were searched. */
function useContents(filter: string, search: PickerOptions["search"], before: Contents | null): Contents | null {
  const [contents, setContents] = useState(before);
  useEffect(() => {
    let current = true;
    if (filter.trim() !== "") {
      search(filter).then(
        (values) => current && setContents({ filter, values }),
        () => current && setContents({ filter, values: new Set() }),
      );
    }
    return () => {
      current = false;
    };
  }, [filter]);
  return contents;
}

/** What is known of the highlighted row; empty until it was read, and where it cannot be. */
function usePreview(value: string | null, read: PickerOptions["preview"]): string {
  const [known, setKnown] = useState<{ value: string | null; text: string }>({ value: null, text: "" });
  useEffect(() => {
    let current = true;
    if (value !== null) {
      read(value).then(
        (text) => current && setKnown({ value, text }),
        () => {},
      );
    }
    return () => {
      current = false;
    };
  }, [value]);
  return known.value === value ? known.text : "";
}

/** Rows of the list and of the preview, which gives way where there is little room. */
function layout(rows: number, found: number): { list: number; preview: number } {
  // The line with the filter, the hint, and one to spare.
  const free = Math.max(1, rows - 3);
  if (free < 11) return { list: free, preview: 0 };
  const list = Math.min(Math.max(1, found), Math.floor(free / 2));
  return { list, preview: free - list - 1 };
}
