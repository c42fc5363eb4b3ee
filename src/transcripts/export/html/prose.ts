import markdownIt, { type MarkdownIt, type Token } from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";
import { escapeHtml } from "./escape.ts";
import { drawnFormulas } from "./formula.ts";

/** What the page takes from where answers are drawn on a terminal, so that both understand the same Markdown. */
export interface Dialect {
  /** Adds to the parser what models write beyond CommonMark; formulas become `formula` tokens. */
  readonly extend: (md: MarkdownIt) => void;
  /**
   * Colours code with highlight.js: HTML that consists of text and `<span class="hljs-…">`.
   * @param info what stands after the fence
   * @returns null for a language that is not known
   */
  readonly highlight: (code: string, info: string) => Promise<string | null>;
}

/** Turns Markdown of any origin into HTML that can do nothing: no raw HTML, no addresses but those of `followed`. */
export interface Prose {
  readonly render: (source: string) => Promise<string>;
}

const followed = /^(?:https?:\/\/|mailto:)/i;
/** Longer code is left plain: colouring it takes long and tells little. */
const longestColoured = 100_000;
const onlySpans = /^(?:[^<]|<span class="[\w\s.-]*">|<\/span>)*$/;

export async function createProse(dialect: Dialect): Promise<Prose> {
  const { default: katex } = await import("katex");
  const md = markdownIt({ html: false, linkify: true }).use(cjkFriendly);
  dialect.extend(md);
  drawnFormulas(md, (tex, options) => katex.renderToString(tex, options));
  md.validateLink = (address) => followed.test(address);
  // Without a scheme, `README.md` would be taken for a host in Moldova.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  md.core.ruler.push("check_boxes", checkBoxes);
  setRules(md);
  return {
    async render(source) {
      const tokens = md.parse(source, {});
      for (const token of tokens) if (token.type === "fence") token.meta = { html: await coloured(token, dialect) };
      return md.renderer.render(tokens, md.options, {});
    },
  };
}

/** The code as HTML, or null to leave it plain. */
async function coloured(token: Token, { highlight }: Dialect): Promise<string | null> {
  if (token.content.length > longestColoured) return null;
  const html = await highlight(token.content, token.info);
  return html !== null && onlySpans.test(html) ? html : null;
}

function setRules(md: MarkdownIt): void {
  const { rules } = md.renderer;
  rules["fence"] = (tokens, index) => codeBlock(tokens[index]!);
  rules["code_block"] = (tokens, index) => codeBlock(tokens[index]!);
  rules["image"] = (tokens, index) => pictureLink(tokens, index);
  rules["table_open"] = () => '<div class="wide"><table>\n';
  rules["table_close"] = () => "</table></div>\n";
  rules["link_open"] = (tokens, index) =>
    openLink(String(tokens[index]!.attrGet("href")), tokens[index]!.info === "auto");
  for (const cell of ["th_open", "td_open"]) rules[cell] = (tokens, index) => openCell(tokens[index]!);
  for (const edge of ["heading_open", "heading_close"]) {
    // The page's own headings are h1 and h2.
    rules[edge] = (tokens, index) => {
      const level = Math.min(6, Number(tokens[index]!.tag.slice(1)) + 2);
      return edge === "heading_open" ? `<h${level}>` : `</h${level}>\n`;
    };
  }
}

function codeBlock({ content, info, meta }: Token): string {
  const language = info.trim().split(/\s+/)[0] ?? "";
  const caption = language === "" ? "" : `<figcaption>${escapeHtml(language)}</figcaption>`;
  const code = typeof meta?.["html"] === "string" ? meta["html"] : escapeHtml(content);
  return `<figure class="code">${caption}<pre tabindex="0"><code>${code}</code></pre></figure>\n`;
}

/**
 * Opens a link to an address that may be followed.
 *
 * @param bare the address is the text of the link, too, so that paper need not show it a second time
 */
export function openLink(address: string, bare: boolean): string {
  return `<a${bare ? ' class="bare"' : ""} href="${escapeHtml(address)}" rel="noopener noreferrer nofollow">`;
}

/** A picture of the web becomes a link to it: the page itself asks nobody for anything. */
function pictureLink(tokens: readonly Token[], index: number): string {
  const token = tokens[index]!;
  const text = escapeHtml(`\u{1f5bc} ${token.content}`.trim());
  const opened = tokens
    .slice(0, index)
    .reduce((open, { type }) => open + Number(type === "link_open") - Number(type === "link_close"), 0);
  return opened > 0 ? text : `${openLink(String(token.attrGet("src")), false)}${text}</a>`;
}

/** The alignment as a class: the page's policy lets no style attribute act. */
function openCell({ tag, attrs }: Token): string {
  const side = /text-align:(left|center|right)/.exec(String(attrs?.[0]?.[1] ?? ""))?.[1];
  return side === undefined ? `<${tag}>` : `<${tag} class="${side}">`;
}

/** `[ ]` and `[x]` at the beginning of a list item, as boxes that nobody can tick. */
function checkBoxes({ tokens }: { readonly tokens: readonly Token[] }): void {
  tokens.forEach((token, index) => {
    const first = token.children?.[0];
    const item = tokens[index - 2];
    if (first?.type !== "text" || item?.type !== "list_item_open" || !/^\[[ xX]\]\s/.test(first.content)) return;
    item.attrSet("class", "box");
    first.content = `${first.content.startsWith("[ ]") ? "\u2610" : "\u2611"}${first.content.slice(3)}`;
  });
}
