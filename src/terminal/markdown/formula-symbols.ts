/**
 * What a part of a formula is, which decides on the spaces around it, as in TeX: a letter or number, a fraction, a function's name, a
 * big operator, a binary operator, a relation, a bracket, a comma, a space.
 */
export type FormulaKind =
  | "letter"
  | "fraction"
  | "function"
  | "operator"
  | "binary"
  | "relation"
  | "open"
  | "close"
  | "comma";

/** LaTeX's names of signs, by their kind, each with its sign. */
const names: readonly (readonly [FormulaKind, string])[] = [
  [
    "letter",
    `alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ
    omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ
    Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂ nabla ∇ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ
    emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ angle ∠ triangle △ degree ° prime ′ dagger †
    ldots … dots … cdots ⋯ dotsc … dotsb ⋯ vdots ⋮ ddots ⋱ therefore ∴ because ∵ checkmark ✓ square □ blacksquare ■ Box □ star ⋆
    % % $ $ # # _ _ & &`,
  ],
  [
    "operator",
    `sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigvee ⋁ bigwedge ⋀`,
  ],
  [
    "binary",
    `times × cdot · div ÷ pm ± mp ∓ ast ∗ circ ∘ bullet • oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ cup ∪ cap ∩ setminus ∖ wedge ∧
    land ∧ vee ∨ lor ∨ bmod mod`,
  ],
  [
    "relation",
    `le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ ll ≪ gg ≫ lt < gt > approx ≈ equiv ≡ sim ∼ simeq ≃ cong ≅ propto ∝ in ∈
    notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ subsetneq ⊊ perp ⊥ parallel ∥ mid ∣ nmid ∤ to → rightarrow → leftarrow ←
    gets ← longrightarrow ⟶ leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ implies ⇒ Leftrightarrow ⇔ iff ⇔ mapsto ↦ uparrow ↑ downarrow ↓
    models ⊨ vdash ⊢ prec ≺ succ ≻ doteq ≐ triangleq ≜ coloneqq ≔ colon :`,
  ],
  ["open", `{ { langle ⟨ lfloor ⌊ lceil ⌈ lbrace { lvert | lVert ‖ lbrack [`],
  ["close", `} } rangle ⟩ rfloor ⌋ rceil ⌉ rbrace } rvert | rVert ‖ rbrack ]`],
  ["letter", `| ‖ vert | Vert ‖ backslash \\`],
  [
    "function",
    `sin sin cos cos tan tan cot cot sec sec csc csc arcsin arcsin arccos arccos arctan arctan sinh sinh cosh cosh tanh tanh
    log log ln ln lg lg exp exp lim lim limsup lim\u00a0sup liminf lim\u00a0inf max max min min sup sup inf inf argmax argmax argmin argmin
    det det dim dim ker ker deg deg gcd gcd Pr Pr hom hom arg arg`,
  ],
];

let signs: ReadonlyMap<string, readonly [FormulaKind, string]> | undefined;

/** The sign of a command, without its backslash; undefined for one that is not known. */
export function signOf(name: string): readonly [FormulaKind, string] | undefined {
  signs ??= new Map(
    names.flatMap(([kind, list]) => {
      const words = list.split(/[ \n]+/);
      return words.flatMap((word, index) => (index % 2 === 0 ? [[word, [kind, words[index + 1] ?? ""]] as const] : []));
    }),
  );
  return signs.get(name);
}

/** Marks put over (or under) a letter: combining characters. */
export const accents: Readonly<Record<string, string>> = {
  hat: "\u0302",
  widehat: "\u0302",
  bar: "\u0304",
  overline: "\u0305",
  tilde: "\u0303",
  widetilde: "\u0303",
  vec: "\u20d7",
  dot: "\u0307",
  ddot: "\u0308",
  underline: "\u0332",
};

/** Blackboard and script letters that most fonts have; the others are shown as they are. */
export const styledLetters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mathbb: { C: "ℂ", H: "ℍ", N: "ℕ", P: "ℙ", Q: "ℚ", R: "ℝ", Z: "ℤ" },
  mathcal: { B: "ℬ", E: "ℰ", F: "ℱ", H: "ℋ", I: "ℐ", L: "ℒ", M: "ℳ", R: "ℛ" },
};

const paired = (from: string, to: string) => {
  const signsTo = Array.from(to);
  return Object.fromEntries(Array.from(from, (letter, index) => [letter, signsTo[index] ?? ""]));
};

export const superscripts: Readonly<Record<string, string>> = paired(
  "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ*∘†′⊤",
  "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ*°†′ᵀ",
);

export const subscripts: Readonly<Record<string, string>> = paired(
  "0123456789+-=()aehijklmnoprstuvxβγρφχ,",
  "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ,",
);
