import { createHash } from "node:crypto";
import { type Exchange, modelOf, type SavedImage, type Transcript } from "../../format/types.ts";
import { Rest } from "../../steps.ts";
import { labelOf, shownSections } from "../../format/sections.ts";
import { isoWithOffset, localStamp } from "../../format/times.ts";
import type { ExportWords } from "../types.ts";
import { sourcesOf, spoken } from "../visible-turns.ts";
import { escapeHtml, languageOf, withoutHarmful } from "./escape.ts";
import { createProse, type Dialect, openLink, type Prose } from "./prose.ts";
import { style } from "./style.ts";

interface Setting {
  readonly words: ExportWords;
  readonly prose: Prose;
}

/**
 * A conversation as one page that needs nothing but itself. Three things stand between a hostile answer and its reader, each
 * of them enough: the Markdown parser lets no HTML and no address of another kind through, every other text is escaped, and
 * the page's policy forbids scripts, requests, and every style but its own. Throws `interrupted` when `signal` is aborted.
 */
export async function asPage(
  transcript: Transcript,
  words: ExportWords,
  dialect: Dialect,
  signal: AbortSignal | null = null,
): Promise<string> {
  const setting = { words, prose: await createProse(dialect) };
  const exchanges = spoken(transcript.exchanges);
  const parts = [head({ ...transcript, exchanges }, words)];
  let system: string | null = null;
  const rest = new Rest(signal);
  for (const [index, exchange] of exchanges.entries()) {
    await rest.take();
    const said = exchange.system === system ? null : exchange.system;
    system = exchange.system;
    parts.push(await article(index + 1, exchange, said, setting));
  }
  return withoutHarmful(`${parts.join("")}</main>\n</body>\n</html>\n`);
}

const styleHash = () => createHash("sha256").update(style).digest("base64");

function head({ title, startedAt, exchanges }: Transcript, { exporting: words }: ExportWords): string {
  const shown = escapeHtml(title || words.untitled);
  const policy = `default-src 'none'; style-src 'sha256-${styleHash()}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const models = new Set(exchanges.map(modelOf).filter((model) => model !== ""));
  const about = [time(startedAt), ...[...models].map(escapeHtml), escapeHtml(words.turns({ count: exchanges.length }))];
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="deepseek-chat">
<title>${shown}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1 lang="${languageOf(title)}">${shown}</h1>
<p class="about">${about.join(" · ")}</p>
</header>
<main>
`;
}

async function article(number: number, exchange: Exchange, system: string | null, setting: Setting): Promise<string> {
  const { exporting, transcripts } = setting.words;
  const said =
    system === null
      ? ""
      : `<details class="system"><summary>${exporting.system}</summary>\n${verbatim(system)}</details>\n`;
  return `<article id="turn-${number}">
${said}<section class="question">
<h2><b>${transcripts.labels.Question}</b>${time(exchange.askedAt)}</h2>
${verbatim(exchange.question)}${named(exchange)}${exchange.images.map((image) => figure(image, "", transcripts)).join("")}</section>
<section class="answer">
${await answer(exchange, setting)}</section>
</article>
`;
}

async function answer(exchange: Exchange, { words, prose }: Setting): Promise<string> {
  const { labels } = words.transcripts;
  const figures = (images: readonly SavedImage[]) =>
    images.map((image) => figure(image, "", words.transcripts)).join("");
  const model = modelOf(exchange);
  const heading = `<h2><b>${labels.Answer}</b>${model === "" ? "" : `<span>${escapeHtml(model)}</span>`}`;
  const bodies: string[] = [];
  for (const { name, text, images } of shownSections(exchange)) {
    if (name === "Picture" && images.length > 0) bodies.push(figure(images[0]!, text, words.transcripts));
    else if (text.trim() !== "") {
      const body = name === "Thinking" || name === "Answer" ? await rendered(text, prose) : verbatim(text);
      bodies.push(name === "Answer" ? body : folded(labelOf(labels, name), body), figures(images));
    }
  }
  return `${heading}${exchange.answeredAt === null ? "" : time(exchange.answeredAt)}</h2>
${bodies.join("")}${sources(exchange, words.exporting)}${exchange.status === "complete" ? "" : notice(exchange, labels)}${facts(exchange, words.exporting)}`;
}

/** What the service found on the web: numbered links. */
function sources(exchange: Exchange, words: ExportWords["exporting"]): string {
  const items = sourcesOf(exchange).map(({ title, url }) => {
    const name = title?.trim() ?? "";
    return `<li>${openLink(url, name === "")}${escapeHtml(name || url)}</a></li>\n`;
  });
  if (items.length === 0) return "";
  return `<div class="prose sources">\n<p>${words.sources}</p>\n<ol>\n${items.join("")}</ol>\n</div>\n`;
}

function folded(label: string, body: string): string {
  return `<details class="thinking"><summary>${label}</summary>\n${body}</details>\n`;
}

async function rendered(source: string, prose: Prose): Promise<string> {
  return `<div class="prose" lang="${languageOf(source)}">\n${await prose.render(source)}</div>\n`;
}

/** A person's own words, which are no Markdown. */
function verbatim(text: string): string {
  return `<div class="text" lang="${languageOf(text)}">${escapeHtml(text.trim())}</div>\n`;
}

/** Documents that went along as files of a service, which alone has what they say. */
function named({ files = [] }: Exchange): string {
  return files.map(({ name }) => `<p class="lost">${escapeHtml(name)}</p>\n`).join("");
}

/**
 * A picture; the name alone where it isn't here itself, or is of a form that could do more than be seen.
 *
 * @param caption empty for none
 */
function figure(image: SavedImage, caption: string, words: ExportWords["transcripts"]): string {
  const { name } = image;
  const url = "url" in image ? image.url : "";
  const drawn = /^data:image\/(?:png|jpeg|gif|webp|avif|bmp);base64,[A-Za-z0-9+/=]+$/.test(url)
    ? `<img src="${url}" alt="${escapeHtml(name)}">`
    : `<p class="lost">${escapeHtml(words.picture({ name, size: null }))}</p>`;
  const below = caption.trim() === "" ? "" : `\n<figcaption>${escapeHtml(caption.trim())}</figcaption>`;
  return `<figure>\n${drawn}${below}\n</figure>\n`;
}

function notice({ status, notice }: Exchange, labels: ExportWords["transcripts"]["labels"]): string {
  const label = status === "failed" ? labels.Error : labels.Interrupted;
  return `<p class="notice"><b>${label}</b>${escapeHtml(notice ?? "")}</p>\n`;
}

function facts({ usage, cost }: Exchange, words: ExportWords["exporting"]): string {
  const known = [
    usage === null ? null : words.tokens({ count: usage.totalTokens }),
    cost === null ? null : `${cost.currency} ${Number(cost.amount.toPrecision(3))}`,
  ].filter((fact) => fact !== null);
  return known.length === 0 ? "" : `<p class="facts">${escapeHtml(known.join(" · "))}</p>\n`;
}

function time(at: Date): string {
  return `<time datetime="${isoWithOffset(at)}">${localStamp(at)}</time>`;
}
