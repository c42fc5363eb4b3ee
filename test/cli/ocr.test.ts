import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileWords } from "../../src/words/en/files.ts";
import { uploadWords } from "../../src/words/en/upload.ts";
import { exif, jpegSegment, jpegWith } from "../support/pictures.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, start } from "../support/program.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { patternOf, any, wordsOf } from "../support/words.ts";

const pdf = "%PDF-1.7\nscanned\n%%EOF\n";

function placeWith(...names: readonly string[]): Place {
  const place = newPlace();
  for (const name of names) put(join(place.cwd, name), pdf);
  return place;
}

/** An answer in the form that DeepSeek documents: newlines while it works, then the pages. */
function recognized(...texts: readonly string[]): Reply {
  const pages = texts.map((text, index) => ({ index, text, finish_reason: "stop" }));
  const json = JSON.stringify({ object: "ocr.result", pages });
  return { headers: { "content-type": "application/json" }, body: ["\n", "\n", json] };
}

test("pages are Markdown on stdout in the order of the files, and a file that fails costs itself alone", async () => {
  await using server = await serve([
    recognized("<|ref|>title<|/ref|><|box|>[[1, 2, 3, 4]]<|/box|>\n# 标题", "second"),
    { status: 400, body: '{"error":{"message":"unreadable document"}}' },
    recognized("last"),
  ]);
  const place = placeWith("a.pdf", "b.pdf", "c.pdf");
  put(join(place.cwd, "notes.txt"), "text");
  const env = askingAt(server);
  const { code, stdout, stderr } = await run(["ocr", "a.pdf", "notes.txt", "b.pdf", "c.pdf"], { place, env });
  expect(stdout).toBe(
    "<!-- a.pdf, page 1 -->\n\n# 标题\n\n<!-- a.pdf, page 2 -->\n\nsecond\n\n<!-- c.pdf, page 1 -->\n\nlast\n",
  );
  expect(code).toBe(2);
  expect(stderr).toContain(wordsOf("input_unreadable", { path: "notes.txt", reason: "no_pages" }).what);
  expect(stderr).toContain("unreadable document");
  // What is refused is not billed.
  expect(stderr).not.toContain(fileWords.cutOff({ name: "b.pdf", provider: "deepseek" }));
  expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill("/v1/tools/ocr"));
  const { text, headers } = server.requests[0]!;
  expect(text).toMatch(
    /name="purpose"\r\n\r\ntext_recognition\r\n[\s\S]*name="file"; filename="a\.pdf"\r\n[^\r]*application\/pdf/u,
  );
  expect(text).toContain(pdf);
  expect(headers["content-length"]).toBe(String(Buffer.byteLength(text)));
  const usage = await run(["usage", "--by", "purpose", "--json"], { place, env });
  expect(JSON.parse(usage.stdout)).toMatchObject({
    rows: [{ purpose: "ocr", requests: 2, costs: [{ amount: 0.0045 }] }],
  });
});

test("-o json has an object a line for each file, and --layout keeps the marks", async () => {
  const marked = "<|ref|>text<|/ref|><|box|>[[1, 2, 3, 4]]<|/box|>\nHello";
  const cut = { object: "ocr.result", pages: [{ index: 1, text: marked, finish_reason: "length" }] };
  await using server = await serve([{ body: JSON.stringify(cut) }]);
  const place = placeWith("b.pdf");
  const args = ["ocr", "--layout", "-o", "json", "gone.pdf", "b.pdf"];
  const { code, stdout, stderr } = await run(args, { place, env: askingAt(server) });
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      file: "gone.pdf",
      pages: [],
      complete: false,
      cost: null,
      error: expect.objectContaining({ code: "input_unreadable" }),
    },
    {
      file: "b.pdf",
      pages: [{ page: 1, text: marked, finish_reason: "length" }],
      complete: false,
      cost: { currency: "CNY", amount: 0.0015 },
      error: null,
    },
  ]);
  expect(stderr).toContain(fileWords.pageCut({ name: "b.pdf", page: 1, reason: "length" }));
  expect(code).toBe(2);
  expect(server.requests[0]!.text).toContain("rich_layout_recognition");
});

test("a photo goes out without what tells where it was taken", async () => {
  await using server = await serve([recognized("Hello")]);
  const place = placeWith();
  const origin = Buffer.from(`Exif\0\0${exif(6, "31.2304 N").toString("latin1")}`, "latin1");
  writeFileSync(join(place.cwd, "page.jpg"), jpegWith([jpegSegment(0xe1, origin)]));
  const { code, stdout } = await run(["ocr", "page.jpg"], { place, env: askingAt(server) });
  expect([code, stdout]).toEqual([0, "Hello\n"]);
  const { text, headers } = server.requests[0]!;
  expect(text).toContain('filename="page.jpg"');
  expect(text).not.toContain("31.2304");
  expect(Number(headers["content-length"])).toBeGreaterThan(300);
});

test("a budget, a provider without the service and an estimate send nothing", async () => {
  await using server = await serve([recognized("x")]);
  const place = placeWith("a.pdf");
  const env = askingAt(server);
  const [poor, other, estimate] = await Promise.all([
    run(["ocr", "--max-cost", "0.001", "a.pdf"], { place, env }),
    run(["ocr", "-p", "siliconflow", "a.pdf"], { place, env }),
    run(["ocr", "--estimate", "a.pdf"], { place, env }),
  ]);
  expect(poor.code).toBe(3);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain(
    wordsOf("not_offered", { provider: "siliconflow", service: "ocr", others: ["deepseek"] }).what,
  );
  expect(estimate.code).toBe(0);
  expect(estimate.stderr).toContain(
    fileWords.toRecognize({ name: "a.pdf", size: "23 B", pages: null, price: "¥0.0015" }),
  );
  expect(server.requests).toEqual([]);
});

test("Ctrl-C ends it at once, says that it may be billed, and books that", async () => {
  await using server = await serve([{ body: ["\n"], end: "stall" }]);
  const place = placeWith("a.pdf", "b.pdf");
  const env = askingAt(server);
  const running = start(["ocr", "a.pdf", "b.pdf"], { place, env });
  await server.received(1);
  running.kill("SIGINT");
  const { code, stderr } = await running.done;
  expect(code).toBe(130);
  expect(stderr).toContain(fileWords.cutOff({ name: "a.pdf", provider: "deepseek" }));
  expect(server.requests).toHaveLength(1);
  const usage = await run(["usage", "--by", "purpose", "--json"], { place, env });
  expect(JSON.parse(usage.stdout)).toMatchObject({ rows: [{ purpose: "ocr", requests: 1, costs: [] }] });
});

test("a terminal shows how much has gone out and that the service reads, and nothing of it stays", async () => {
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const reply = recognized("Hello");
  await using server = await serve([{ ...reply, body: ["\n", release, ...(reply.body as string[])] }]);
  const place = placeWith();
  writeFileSync(join(place.cwd, "a.pdf"), Buffer.concat([Buffer.from(pdf), Buffer.alloc(3_000_000)]));
  await using terminal = openProgram(["ocr", "a.pdf"], { place, env: askingAt(server) });
  await terminal.until(patternOf(uploadWords.reading({ name: "a.pdf", provider: "deepseek" }) + ` · 0:0${any}`));
  resolve();
  const { code } = await terminal.exit;
  expect(code).toBe(0);
  expect(terminal.scrollback()).toBe(
    `${fileWords.toRecognize({ name: "a.pdf", size: "3 MB", pages: null, price: "¥0.0015" })}\nHello`,
  );
});
