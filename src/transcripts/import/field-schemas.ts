import * as v from "valibot";

/** Fields of other programs: what is missing or of another form counts as not there. */
export const orNull = v.fallback(v.nullish(v.string(), null), null);
export const orEmpty = v.fallback(v.nullish(v.string(), ""), "");
