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
import { drawPicker, layoutOf, type PickerCells, type PreviewPart } from "./picker-view.ts";
import type { Terminal } from "./terminal.ts";

export interface PickerRow {
  readonly value: string;
  readonly cells: PickerCells;
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
  /** What is known of a row, read when it is highlighted; `filter` is the one whose contents were searched, empty for none. */
  readonly preview: (value: string, filter: string) => Promise<readonly PreviewPart[]>;
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
  /** Whether the search failed. */
  readonly failed: boolean;
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
  const preview = usePreview(chosen?.value ?? null, contents?.filter === filter ? filter : "", options.preview);
  const isSearched = filter.trim() === "" || contents?.filter === filter;
  const hasFailed = isSearched && contents?.failed === true && filter.trim() !== "";
  const keyList = typing ? words.filtering : words.choosing(Object.assign({ first }, keys));
  const keyHint = hasFailed && found.length > 0 ? `${words.searchFailed} · ${keyList}` : keyList;
  const isLong = found.length > layoutOf(terminal, found.length, keyHint).list;
  const hint = isLong ? `${active + 1}/${found.length} · ${keyHint}` : keyHint;
  const room = layoutOf(terminal, found.length, hint);

  useEffect((line) => {
    line.write(start.filter);
    const redraw = () => {
      // After a rewrap there may be more rows than were drawn; the cursor is on the first.
      terminal.err("\u001b[J");
      setSize(terminal.columns * 10_000 + terminal.rows);
    };
    // The prompt breaks lines at the width of stderr, which learns its new size after stdout, at the same signal.
    const unlisten = terminal.onResize(() => queueMicrotask(redraw));
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

  const title = words.title({ found: found.length, all: rows.length });
  const cells = found.map((row) => row.cells);
  const empty = hasFailed ? words.searchFailed : isSearched ? words.noMatch : words.searching;
  return drawPicker(terminal, { rows: cells, active, title, filter, empty, preview, hint }, room);
});

/** The contents that hold the words of the filter; those of another filter, or null, until they were searched. */
function useContents(filter: string, search: PickerOptions["search"], before: Contents | null): Contents | null {
  const [contents, setContents] = useState(before);
  useEffect(() => {
    let current = true;
    if (filter.trim() !== "") {
      search(filter).then(
        (values) => current && setContents({ filter, values, failed: false }),
        () => current && setContents({ filter, values: new Set(), failed: true }),
      );
    }
    return () => {
      current = false;
    };
  }, [filter]);
  return contents;
}

/**
 * What is known of the highlighted row; empty until it was read, and where it cannot be.
 *
 * @param filter by whose contents it is read again
 */
function usePreview(value: string | null, filter: string, read: PickerOptions["preview"]): readonly PreviewPart[] {
  const [known, setKnown] = useState<{ value: string | null; parts: readonly PreviewPart[] }>({
    value: null,
    parts: [],
  });
  useEffect(() => {
    let current = true;
    if (value !== null) {
      read(value, filter).then(
        (parts) => current && setKnown({ value, parts }),
        () => {},
      );
    }
    return () => {
      current = false;
    };
  }, [value, filter]);
  return known.value === value ? known.parts : [];
}
