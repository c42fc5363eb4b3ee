/** What happened and to what; then what to do next. One short paragraph when joined. */
export interface ErrorWords {
  readonly what: string;
  readonly next: string;
}

/** The entry of a table by a name from outside: one like `constructor`, which every object has, is none of it. */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
