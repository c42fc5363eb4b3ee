/** The entry of a table by a name from outside: one like `constructor`, which every object has, is none of it. */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
