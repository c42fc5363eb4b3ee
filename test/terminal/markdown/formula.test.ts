import { describe, expect, it, test } from "vitest";
import { formulaText } from "../../../src/terminal/markdown/formula-text.ts";
import { MarkdownStream, renderMarkdown, type MarkdownOptions } from "../../../src/terminal/markdown/stream.ts";

const plain: MarkdownOptions = {
  columns: 60,
  rows: 24,
  width: 60,
  palette: null,
  hyperlinks: false,
  synchronized: false,
  unicode: true,
  cursor: true,
  reflow: "all",
};
const rows = (text: string, special: Partial<MarkdownOptions> = {}) =>
  renderMarkdown(text, { ...plain, ...special })
    .split("\n")
    .slice(0, -1);

test.each([
  [String.raw`E=mc^2`, "E = mc²"],
  [String.raw`x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}`, "x = (-b ± √(b² - 4ac))/(2a)"],
  [String.raw`\sum_{i=1}^{n} i^2`, "∑ᵢ₌₁ⁿ i²"],
  [String.raw`\int_0^1 f(x)\,dx`, "∫₀¹ f(x) dx"],
  [String.raw`\lim_{x \to 0} \frac{\sin x}{x} = 1`, "lim_(x→0) (sin x)/x = 1"],
  [String.raw`\alpha x+\beta\le\gamma_{max}`, "αx + β ≤ γₘₐₓ"],
  [String.raw`\left(\frac{QK^T}{\sqrt{d_k}}\right)V`, "(QKᵀ/√dₖ)V"],
  [String.raw`f'(x) \in \mathbb{R}^n`, "f′(x) ∈ ℝⁿ"],
  [String.raw`\nabla_\theta J(\theta)`, "∇_θ J(θ)"],
  [String.raw`\text{总价} = 单价 \times 数量`, "总价 = 单价 × 数量"],
  [String.raw`\hat{y} = \sqrt[3]{x+1}, 90^\circ, 50\%`, "ŷ = ∛(x + 1), 90°, 50%"],
  [String.raw`O(n \log n)`, "O(n log n)"],
])("%s is shown as %s", (latex, shown) => {
  expect(formulaText(latex)?.map((row) => row.normalize("NFC"))).toEqual([shown]);
});

test("matrices, cases and aligned rows are set below one another", () => {
  expect(formulaText(String.raw`A = \begin{pmatrix} 1 & 2 \\ 3 & 40 \end{pmatrix} x`)).toEqual([
    "A = ⎛ 1  2  ⎞ x",
    "    ⎝ 3  40 ⎠",
  ]);
  expect(formulaText(String.raw`f = \begin{cases} x, & x > 0 \\ 0, & \text{else} \end{cases}`)).toEqual([
    "f = ⎧ x,  x > 0",
    "    ⎩ 0,  else",
  ]);
  expect(formulaText(String.raw`\begin{aligned} a &= b \\ &= c \end{aligned}`)).toEqual(["a = b", "  = c"]);
});

test("in a line of text a matrix is one row", () => {
  expect(formulaText(String.raw`\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}^T`, true)).toEqual(["[1, 2; 3, 4]ᵀ"]);
  expect(formulaText(String.raw`\begin{aligned} a &= b \\ &= c \end{aligned}`, true)).toEqual(["a = b; = c"]);
});

test.each([
  String.raw`\ce{H2O}`,
  String.raw`\frac{a}`,
  String.raw`{a`,
  "a}",
  String.raw`\begin{pmatrix} a`,
  String.raw`\begin{nothing}a\end{nothing}`,
  String.raw`\sqrt`,
  "x^",
  "",
  `${"{".repeat(500)}${"}".repeat(500)}`,
  "x".repeat(5000),
  "\\hat{".repeat(300) + "x" + "}".repeat(300),
  "^".repeat(2000) + "x",
])("%j is left as its source", (latex) => {
  expect(formulaText(latex)).toBeNull();
});

it("has an accent once on each letter, however many are on it", () => {
  expect(formulaText(`${String.raw`\hat{`.repeat(35)}xy${"}".repeat(35)}`)).toEqual(
    ["x", "y"]
      .map((letter) => letter + "\u0302".repeat(35))
      .join("")
      .split(" "),
  );
});

describe("a formula in a text", () => {
  it("is told from prices, products and words", () => {
    const source = String.raw`cost $5 or $6, 2*3*4, US$5 to US$ and $one two$ and \(see below\)`;
    expect(rows(source)).toEqual(source.match(/.{1,60}(?= |$)/g)?.map((row) => row.trim()));
    expect(rows(String.raw`$a_1 * b_1$ and \(x_i\), \[y^2\]: $n$。`)).toEqual(["a₁ * b₁ and xᵢ, y²: n。"]);
  });

  it("of its own lines stands apart and further in; what is not known of it stays as it was", () => {
    const aligned = "- so\n  $$\n  \\begin{aligned} a &= b \\\\\n  &= c \\end{aligned}\n  $$\n  and";
    expect(rows(aligned)).toEqual(["• so", "", "    a = b", "      = c", "", "  and"]);
    expect(rows("\\[ x^2 \\]\n$$y$$\nz")).toEqual(["  x²", "", "  y", "", "z"]);
    const unknown = "\\[\n\\ce{H2O} *a*\n\\]";
    expect(rows(unknown)).toEqual(unknown.split("\n"));
    const long = `$$\n${"x + ".repeat(700)}x\n$$`;
    expect(rows(long).join(" ")).toBe(long.replaceAll("\n", " "));
  });

  it("stays LaTeX where there is no Unicode", () => {
    expect(rows("a $x^2$\n\n$$\nx^2\n$$", { unicode: false })).toEqual(["a $x^2$", "", "$$", "x^2", "$$"]);
  });

  it("is its source while it is written", () => {
    const stream = new MarkdownStream(plain);
    expect(stream.push("a $\\frac{1}{2}")).toBe("a $\\frac{1}{2}");
    expect(stream.push("$, b")).toContain("1/2, b");
  });
});
