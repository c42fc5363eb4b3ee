import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { docx, pdf } from "../support/documents.ts";
import { askingAt, newPlace, openProgram, put, run, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const messagesOf = (requests: readonly { readonly body: Record<string, unknown> | null }[]) =>
  requests.map(({ body }) => (body!["messages"] as { content: string }[]).at(-1)!.content);

describe.concurrent("a document with a question", () => {
  test("goes along as its text, page by page, is listed with its pages and kept in the transcript", async () => {
    await using server = await serve([answer("seen")]);
    const place = newPlace();
    put(join(place.cwd, "报告.pdf"), pdf(["第一页", "second", "third"], { pictures: [3] }));
    put(join(place.cwd, "terms.docx"), await docx("<w:p><w:r><w:t>Terms</w:t></w:r></w:p>"));
    put(
      join(place.cwd, "old.doc"),
      Buffer.concat([
        Buffer.from("d0cf11e0a1b11ae1", "hex"),
        Buffer.alloc(504),
        Buffer.from("WordDocument\0", "utf16le"),
      ]),
    );
    const { code, stderr } = await run(["ask", "--documents", "text", "-f", "报告.pdf#2-", "-f", "*.doc*", "总结"], {
      place,
      env: askingAt(server),
    });
    expect(code).toBe(0);
    const text = "--- page 2 of 3 ---\n\nsecond\n\n--- page 3 of 3 ---\n\n(no text)";
    expect(messagesOf(server.requests)).toEqual([
      `总结\n\n报告.pdf#2-:\n\`\`\`pdf#2-\n${text}\n\`\`\`\n\nterms.docx:\n\`\`\`docx\nTerms\n\`\`\``,
    ]);
    const extent = `PDF · ${en.attachments.someParts({ unit: "page", numbers: "2–3", taken: 2, count: 3 })}`;
    expect(stderr).toContain(en.attachments.file({ name: "报告.pdf#2-", size: "", tokens: null, extent }).trim());
    expect(stderr).toContain(en.attachments.withoutText({ name: "报告.pdf#2-", pages: "3", count: 1 }));
    expect(stderr).toContain(
      en.attachments.leftOut({ names: "old.doc", more: 0, reason: en.attachments.reasons["document_legacy"]! }),
    );
    expect(transcriptsOf(place)[0]).toContain(text);
  });

  test("is refused with what to do where its text cannot be had, and nothing is sent", async () => {
    await using server = await serve([]);
    const place = newPlace();
    put(join(place.cwd, "scan.pdf"), pdf(["x"], { pictures: [1] }));
    const { code, stderr } = await run(["ask", "--documents", "text", "-f", "scan.pdf", "look"], {
      place,
      env: askingAt(server),
    });
    const { what, next } = wordsOf("input_unreadable", { path: "scan.pdf", reason: "document_scanned" });
    expect({ code, stderr, sent: server.requests.length }).toEqual({ code: 2, stderr: `${what} ${next}\n`, sent: 0 });
  });

  test("in a session is named behind @ with its pages, and its password is asked for", async () => {
    await using server = await serve([answer("seen")]);
    const place = newPlace();
    put(join(place.cwd, "locked.pdf"), pdf(["one", "two"], { password: "pass" }));
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 30 });
    await terminal.until(/^>$/mu);
    await say(terminal, "sum up @locked.pdf#2, please");
    await terminal.until(en.attachments.password({ name: "locked.pdf#2" }));
    terminal.type("nope\r");
    await terminal.until(en.attachments.passwordAgain({ name: "locked.pdf#2" }));
    terminal.type("pass\r");
    await terminal.until(/^ *seen$/mu);
    expect(messagesOf(server.requests)).toEqual([
      "sum up @locked.pdf#2, please\n\nlocked.pdf#2:\n```pdf#2\n--- page 2 of 2 ---\n\ntwo\n```",
    ]);
    expect(terminal.scrollback()).not.toContain("nope");
  });
});
