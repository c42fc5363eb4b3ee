import * as v from "valibot";
import { isMapping } from "./tool-entries.ts";
import { mapping } from "./mapping-schema.ts";

/** What a header may be made of; https://www.rfc-editor.org/rfc/rfc9110#section-5.1 and 5.5. */
export const headerName = v.pipe(
  v.string(),
  v.check((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u.test(name)),
);
export const headerValue = v.pipe(
  v.string(),
  v.check((value) => /^[\t\x20-\x7e\x80-\xff]*$/u.test(value)),
);

/** Where a request says which version of an API is asked: behind the base URL, as a parameter of the query, or as a header. */
const versionPlaces = ["path", "query", "header"] as const;
export type VersionPlace = (typeof versionPlaces)[number];

/** A version as it goes into a URL: nothing in it leads to another path. */
export const versionPattern = /^[A-Za-z0-9][\w.-]*$/u;
/** The same as it is written, where it may name variables. */
export const writtenVersion = /^(?:[A-Za-z0-9]|\$\{)[\w.:${}-]*$/u;

/** YAML reads `2` as a number. */
const version = v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.regex(writtenVersion));
const versionRow = v.strictObject({
  value: v.optional(version),
  in: v.optional(v.picklist(versionPlaces)),
  /** Of the parameter or the header. */
  name: v.optional(headerName),
});

/** A field of a request's body: its name, or where it is as a JSON pointer (RFC 6901). */
export const fieldPlace = /^(?:[^/\s]+|(?:\/[^/\s]+)+)$/u;
const place = v.pipe(v.string(), v.regex(fieldPlace));
const fieldName = v.pipe(v.string(), v.nonEmpty());
const text = v.pipe(v.string(), v.nonEmpty());

/**
 * What a provider's entry says of the form of requests. Texts of `headers`, `query`, `extra_body` and `defaults` may hold `${NAME}` and
 * `${NAME:-default}`.
 */
export const requestRows = {
  headers: v.optional(mapping(headerName, headerValue)),
  /** Parameters of each request's URL. */
  query: v.optional(mapping(text, v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String)))),
  api_version: v.optional(v.lazy((input) => (isMapping(input) ? versionRow : version))),
  /** Fields of each request's body, whatever settings say. */
  extra_body: v.optional(mapping(v.pipe(fieldName, v.notValues(["messages", "stream"])), v.unknown())),
  /** Fields of each request's body that no setting gives. */
  defaults: v.optional(mapping(v.pipe(fieldName, v.notValues(["model", "messages", "stream", "prefix"])), v.unknown())),
  /** Fields that are left out. */
  drop: v.optional(v.array(v.pipe(place, v.notValues(["messages"])))),
  /** Fields that the service calls otherwise, or wants elsewhere. */
  rename: v.optional(mapping(fieldName, place)),
  /** Whether it streams; else answers come whole. */
  stream: v.optional(v.boolean()),
} as const;
