/** What is looked for in texts that leave this machine for good. */
export type PrivateKind = "key" | "email" | "phone" | "id_number";

/** A piece of a text that was masked. */
export interface PrivatePiece {
  readonly kind: PrivateKind;
  /** Its first characters, and a mark for the rest. */
  readonly excerpt: string;
}

/** What stands in the place of a piece. */
const masks: Readonly<Record<PrivateKind, string>> = {
  key: "[key]",
  email: "[email]",
  phone: "[phone]",
  id_number: "[id number]",
};

/** Words before a value that is a secret whatever it looks like. */
const label =
  "(?:api[ _-]?key|access[ _-]?key(?:[ _-]?(?:id|secret))?|(?:account|master|private|signing|storage)[ _-]?key|secret(?:[ _-]?(?:key|id))?|client[ _-]?secret|auth[ _-]?token|access[ _-]?token|token|passphrase|password|passwd|pwd|\u5bc6\u7801|\u53e3\u4ee4|\u5bc6\u94a5|\u4ee4\u724c|\u6388\u6743\u7801)";

/**
 * Forms by kind, the surest first; where a pattern has a group, that is the piece. Each is linear in the text, or bounded. Phone numbers
 * are those of China (mobile, landline, service) and of North America, and any number with a country code.
 */
const forms: readonly (readonly [PrivateKind, RegExp])[] = [
  [
    "key",
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[^-]{0,20000}-----END [A-Z ]{0,40}PRIVATE KEY-----|[A-Za-z0-9+/=\s]{0,20000})/dgu,
  ],
  ["key", /(?<![A-Za-z0-9])(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}/dgu],
  ["key", /(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|hf_|npm_|r8_|xox[abeprs]-|dop_v1_)[A-Za-z0-9_-]{10,}/dgu],
  ["key", /(?<![A-Za-z0-9])(?:AKIA|ASIA|AKID|LTAI)[A-Za-z0-9]{12,}/dgu],
  ["key", /(?<![A-Za-z0-9])(?:AIza|ya29\.)[A-Za-z0-9_-]{20,}/dgu],
  ["key", /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*/dgu],
  ["key", /(?<![A-Za-z0-9])[0-9a-f]{32}\.[A-Za-z0-9]{16}(?![A-Za-z0-9])/dgu],
  ["key", /(?<![A-Za-z])Bearer +([A-Za-z0-9._~+/=-]{16,})/dgiu],
  // What stands for a person in an address: `postgres://admin:secret@db/x`.
  ["key", /(?<=:\/\/)([^\s/:@?#]{0,100}:[^\s/@?#]{1,200})(?=@)/dgu],
  // A value without a digit is mostly the name of something.
  [
    "key",
    new RegExp(
      `${label}["'\`]?\\s{0,3}(?:[:=\uff1a]|\u662f|\u4e3a)\\s{0,3}["'\`]?((?=[^\\s\\d]{0,100}\\d)[A-Za-z0-9_+/=.!@#%^&*~-]{6,})`,
      "dgiu",
    ),
  ],
  [
    "email",
    /[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:[A-Za-z]{2,24}|中国|公司|网络)(?![A-Za-z])/dgu,
  ],
  [
    "id_number",
    /(?<![A-Za-z0-9])[1-9]\d{5}[ -]?(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?![A-Za-z0-9])/dgu,
  ],
  ["phone", /(?<![A-Za-z0-9])(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![A-Za-z0-9])/dgu],
  ["phone", /(?<![A-Za-z0-9])(?:\(0\d{2,3}\) ?|0\d{2,3}[ -])\d{7,8}(?:-\d{1,6})?(?!\d)/dgu],
  ["phone", /(?<![A-Za-z0-9])[48]00[ -]\d{3}[ -]\d{4}(?!\d)/dgu],
  ["phone", /(?<![A-Za-z0-9+])\+[1-9]\d{0,2}(?:[ .()-]{0,2}\d){6,12}(?!\d)/dgu],
  ["phone", /(?<![A-Za-z0-9.-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?![A-Za-z0-9-])/dgu],
];

/** Times that a text is looked through: what was hidden by one piece beside it is found the next time. */
const maxRounds = 4;

/** A text without keys, e-mail addresses, telephone and identity numbers; and what was found. */
export function withoutPrivate(text: string): { readonly text: string; readonly pieces: readonly PrivatePiece[] } {
  const pieces: PrivatePiece[] = [];
  let rest = text;
  for (let round = 0; round < maxRounds; round++) {
    const found = piecesIn(rest);
    if (found.length === 0) break;
    let [masked, from] = ["", 0];
    for (const { kind, start, end } of found) {
      masked += rest.slice(from, start) + masks[kind];
      from = end;
      pieces.push({ kind, excerpt: `${rest.slice(start, start + 2)}\u2026` });
    }
    rest = masked + rest.slice(from);
  }
  return { text: rest, pieces };
}

interface FoundPiece {
  readonly kind: PrivateKind;
  readonly start: number;
  readonly end: number;
}

/** In the order of the text; of two that overlap the one of the surer form. */
function piecesIn(text: string): readonly FoundPiece[] {
  const folded = withPlainForms(text);
  const taken: FoundPiece[] = [];
  const isTaken = new Uint8Array(text.length);
  for (const [kind, form] of forms) {
    for (const { indices } of folded.matchAll(form)) {
      const [start, end] = indices![1] ?? indices![0]!;
      if (isTaken.subarray(start, end).includes(1)) continue;
      isTaken.fill(1, start, end);
      taken.push({ kind, start, end });
    }
  }
  return taken.toSorted((one, other) => one.start - other.start);
}

/** Full-width digits and signs as plain ones, each in its place. */
function withPlainForms(text: string): string {
  return text.replaceAll(/[\uff10-\uff19\uff20\uff0b\uff0d\uff0e\uff08\uff09]/gu, (sign) =>
    String.fromCharCode(sign.charCodeAt(0) - 0xfee0),
  );
}
