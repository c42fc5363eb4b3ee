import markdownIt, { type Token } from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";
import { formulas, products } from "./formula.ts";
import { formulaText } from "./formula-text.ts";
import { plain, StyledText, withSgr, type Style } from "./styled-text.ts";
import type { MarkdownTheme } from "./theme.ts";

/** Only its inline half is used; why, and why the block half is not, is in docs/decisions/0010-markdown.md. */
const md = markdownIt("commonmark").enable("strikethrough").use(cjkFriendly).use(formulas).use(products);
// Its default leaves a link of another scheme as source text; here every link is shown with its address as text.
md.validateLink = () => true;

/** Addresses a terminal is given: what it would open with a click. Longer ones are ignored by terminals of the VTE family. */
const clickable = /^(?:https?:\/\/|mailto:)[\x21-\x7e]{1,2000}$/i;

const emphases = { strong: "strong", em: "emphasis", s: "strike" } as const;

/** The text of a paragraph, heading or cell with its looks; line breaks of the source are kept as newlines. */
export function inline(source: string, theme: MarkdownTheme, base: Style = plain): StyledText {
  const out = new StyledText();
  if (!/[\\`*_~[\]<>&!$\n]/.test(source)) return out.add(source, base);
  const styles = [base];
  const links: { href: string; start: number; style: Style }[] = [];
  for (const token of md.parseInline(source, {})[0]?.children ?? []) {
    const style = styles.at(-1) ?? base;
    const emphasis = emphases[token.tag as keyof typeof emphases];
    if (token.type === "link_open") {
      const href = String(token.attrGet("href") ?? "");
      links.push({ href, start: out.text.length, style });
      styles.push(linkStyle(href, style, theme));
    } else if (token.type === "link_close") {
      const link = links.pop();
      styles.pop();
      if (link !== undefined) address(out, link, theme);
    } else if (emphasis !== undefined) {
      const marks = theme.colored ? "" : token.markup;
      if (token.nesting > 0) styles.push(withSgr(style, theme.look(emphasis)));
      else styles.pop();
      out.add(marks, style);
    } else leafToken(out, token, style, theme);
  }
  return out;
}

function leafToken(out: StyledText, token: Token, style: Style, theme: MarkdownTheme): void {
  const { type, content, markup } = token;
  if (type === "softbreak" || type === "hardbreak") out.add("\n");
  else if (type === "code_inline") {
    const marks = theme.colored ? "" : markup;
    out.add(marks + content + marks, withSgr(style, theme.look("code")));
  } else if (type === "formula") {
    const rows = theme.unicode && token.info !== "" ? formulaText(token.info, true) : null;
    out.add(rows?.length === 1 ? rows[0]! : content, withSgr(style, theme.look("math")));
  } else if (type === "html_inline" && /^<br\s*\/?>$/i.test(content)) out.add("\n");
  else if (type === "html_inline") out.add(content, withSgr(style, theme.look("html")));
  else if (type === "image") image(out, token, style, theme);
  else out.add(content, style);
}

function image(out: StyledText, token: Token, style: Style, theme: MarkdownTheme): void {
  const href = String(token.attrGet("src") ?? "");
  const text = md.renderer.renderInlineAsText(token.children ?? [], md.options, {});
  const start = out.text.length;
  out.add(text.replaceAll("\n", " "), linkStyle(href, style, theme));
  address(out, { href, start, style }, theme);
}

function linkStyle(href: string, style: Style, theme: MarkdownTheme): Style {
  const underlined = withSgr(style, theme.look("link"));
  return theme.hyperlinks && clickable.test(href) ? { sgr: underlined.sgr, link: href } : underlined;
}

/**
 * Shows where a link leads, unless its text says so or a click does. A text that itself looks like an address, but of
 * another place, never stands alone: that is how people are led astray.
 */
function address(out: StyledText, link: { href: string; start: number; style: Style }, theme: MarkdownTheme): void {
  const text = out.text.slice(link.start);
  const target = md.normalizeLinkText(link.href);
  const said = [link.href, target].some(
    (form) => form === text || form === `mailto:${text}` || form === `http://${text}`,
  );
  const hidden = theme.hyperlinks && clickable.test(link.href) && text.trim() !== "" && !looksLikeAddress(text);
  if (target === "" || said || hidden) return;
  out.add(text.trim() === "" ? target : ` (${target})`, withSgr(link.style, theme.look("address")));
}

function looksLikeAddress(text: string): boolean {
  return /:\/\/|^\s*www\.|@|^\s*[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/:?#]|\s*$)/i.test(text);
}

/**
 * Whether nothing in the text waits for a mark that closes it, so that what follows can be read by itself. Marks that
 * cannot open anything (a star before a space, an underscore within a word) do not count.
 */
export function isClosed(source: string): boolean {
  if (!/[\\`*_~[<&$]/.test(source)) return true;
  return (md.parseInline(source, {})[0]?.children ?? []).every(
    ({ type, content }) =>
      type !== "text" ||
      // Brackets that no address follows are no link.
      !/[`[<$\\]|(?<!\d(?=\*\d))\*(?!\s)|~(?!\s)|(?<![\p{L}\p{N}])_(?!\s)|_$|&[^;]*$/u.test(
        content.replaceAll(/\[[^[\]]*\](?=[^([])/gu, ""),
      ),
  );
}
