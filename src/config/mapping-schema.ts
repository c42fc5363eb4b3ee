import * as v from "valibot";
import { isMapping } from "./tool-entries.ts";

/** Names with values; a list is none, though a record takes it for one. */
export function mapping<Value extends v.GenericSchema>(name: v.GenericSchema<string, string>, value: Value) {
  return v.pipe(v.custom<Record<string, v.InferInput<Value>>>(isMapping), v.record(name, value));
}
