import type { MarkdownText } from "./markdown-text.ts";
import type { XmlAttributes, XmlHandler } from "./xml-events.ts";

const left = new Set(["head", "script", "style", "template", "rp", "rt", "svg", "math"]);
const blocks = new Set([
  "p",
  "div",
  "section",
  "article",
  "blockquote",
  "dt",
  "dd",
  "figure",
  "figcaption",
  "header",
  "footer",
  "aside",
  "nav",
  "address",
  "body",
]);

/** Reads a page of HTML into Markdown: its paragraphs, headings, lists, tables and code. */
export function htmlHandler(text: MarkdownText): XmlHandler {
  let [leftDepth, code, prefix] = [0, "", ""];
  let isCode = false;
  const lists: { isOrdered: boolean; count: number }[] = [];
  const end = () => {
    text.endParagraph(text.hasLine ? prefix : "");
    if (prefix !== "") prefix = "";
  };
  const open = (name: string, attributes: XmlAttributes) => {
    if (left.has(name) || leftDepth > 0) return void leftDepth++;
    if (/^h[1-6]$/u.test(name)) {
      end();
      prefix = `${"#".repeat(Number(name[1]))} `;
    } else if (blocks.has(name)) {
      if (text.hasLine) end();
    } else if (name === "br") text.text("\n");
    else if (name === "img") text.text(attributes["alt"] ?? "");
    else if (name === "pre") [isCode, code] = [true, ""];
    else if (name === "ul" || name === "ol") {
      if (text.hasLine) end();
      lists.push({ isOrdered: name === "ol", count: 0 });
    } else if (name === "li") {
      if (text.hasLine) end();
      const list = lists.at(-1);
      if (list !== undefined) list.count++;
      prefix = `${"  ".repeat(Math.max(lists.length - 1, 0))}${list?.isOrdered === true ? `${list.count}.` : "-"} `;
    } else if (name === "table") text.openTable();
  };
  const close = (name: string) => {
    if (leftDepth > 0) return void leftDepth--;
    if (/^h[1-6]$/u.test(name) || blocks.has(name) || name === "li") end();
    else if (name === "ul" || name === "ol") lists.pop();
    else if (name === "pre") {
      isCode = false;
      text.block(`\`\`\`\n${code.replace(/^\n|\n$/gu, "")}\n\`\`\``);
    } else if (name === "td" || name === "th") text.endCell();
    else if (name === "tr") text.endRow();
    else if (name === "table") text.closeTable();
  };
  const take = (piece: string) => {
    if (leftDepth > 0) return;
    if (isCode) code += piece;
    else if (text.hasLine || piece.trim() !== "") text.text(piece.replaceAll(/[ \t\r\n\f]+/gu, " "));
  };
  return { open, close, text: take };
}
