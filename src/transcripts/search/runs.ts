/**
 * A folded text falls into runs of characters of one kind. A run of letters and digits, or of signs, is one term of the index;
 * of writing without spaces between words each pair of neighbours is one, and the last character by itself, so that every
 * stretch of it is found, a single character too.
 */
export const kinds = { space: 1, word: 2, spaceless: 3, sign: 4 } as const;

export type Kind = (typeof kinds)[keyof typeof kinds];

/** Longer runs of letters or signs (hashes, encoded data, drawn lines) are no terms. UTF-16 units. */
export const longestTerm = 64;

/** Stands in the index for a run of that kind that is too long for a term. */
export const longMarks: Readonly<Record<typeof kinds.word | typeof kinds.sign, string>> = {
  [kinds.word]: "\u0001",
  [kinds.sign]: "\u0002",
};

const scripts = ["Han", "Hiragana", "Katakana", "Bopomofo", "Yi", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"];
// The marks of voiced kana and the sign of long vowels belong to both kana. Half a character stands for one of the rarer Han
// or an emoji.
const spaceless = new RegExp(
  String.raw`^[\u3099\u309a\u30fc\ud800-\udfff${scripts.map((script) => String.raw`\p{Script=${script}}`).join("")}]`,
  "u",
);
const word = /^[\p{L}\p{N}\p{M}_]/u;
const known = new Uint8Array(0x1_0000);

/** The kind of a UTF-16 unit of a folded text. */
export function kindOf(unit: number): Kind {
  const kind = known[unit]!;
  return kind === 0 ? learn(unit) : (kind as Kind);
}

function learn(unit: number): Kind {
  const character = String.fromCharCode(unit);
  const kind = /^\s/.test(character)
    ? kinds.space
    : spaceless.test(character)
      ? kinds.spaceless
      : word.test(character)
        ? kinds.word
        : kinds.sign;
  known[unit] = kind;
  return kind;
}

export interface CharacterRun {
  readonly kind: Exclude<Kind, typeof kinds.space>;
  readonly text: string;
  /** Whether the run may go on beyond the beginning or end of the text: nothing there says that it ends. */
  readonly openLeft: boolean;
  readonly openRight: boolean;
}

/** The runs of what is looked for. */
export function runsOf(folded: string): CharacterRun[] {
  const runs: CharacterRun[] = [];
  for (let from = 0, to = 0; from < folded.length; from = to) {
    const kind = kindOf(folded.charCodeAt(from));
    while (to < folded.length && kindOf(folded.charCodeAt(to)) === kind) to++;
    if (kind === kinds.space) continue;
    runs.push({ kind, text: folded.slice(from, to), openLeft: from === 0, openRight: to === folded.length });
  }
  return runs;
}
