import { join } from "node:path";
import { expect, test } from "vitest";
import { attach, type AttachOptions } from "../../../src/app/conversation/attachments.ts";
import { documentText } from "../../../src/app/documents/document-reader.ts";
import { docx, pdf } from "../../support/documents.ts";
import { newPlace, put } from "../../support/program.ts";

const report = pdf(["one", "two", "three"]);

/** @param page what every URL gives */
function optionsFor(files: Readonly<Record<string, string | Buffer>>, page = report): AttachOptions {
  const { cwd: folder } = newPlace();
  for (const [name, content] of Object.entries(files)) put(join(folder, name), content);
  const read = (url: string) =>
    Promise.resolve({ url, mediaType: "application/pdf", bytes: page, text: null, title: "", convertedFrom: null });
  return {
    folder,
    stop: new AbortController().signal,
    thread: null,
    uploads: false,
    locale: "",
    pages: () => Promise.resolve({ read, [Symbol.dispose]: () => {} }),
    readDocument: async (request, signal) => await documentText({ thread: null }, { ...request, signal }),
  };
}

async function read(path: string, options: AttachOptions) {
  const { files, leftOut } = await attach(path, options);
  return {
    files: files.map(({ name, document, part }) => [name, document?.numbers, part.type === "file" ? part.text : null]),
    leftOut: leftOut.map(({ name, reason }) => `${name}: ${reason}`),
  };
}

const third = "--- page 3 of 3 ---\n\nthree\n";

test("pages may be chosen of a file, of those of a pattern and of a URL; a file that is called so comes first", async () => {
  const options = optionsFor({
    "a.pdf": report,
    "b.docx": await docx("<w:p><w:t>x</w:t></w:p>"),
    "n.md": "n",
    "n.md#3": "real",
  });
  expect((await read("a.pdf#3", options)).files).toEqual([["a.pdf#3", [3], third]]);
  expect(await read("[ab].*#3", options)).toEqual({
    files: [["a.pdf#3", [3], third]],
    leftOut: ["b.docx: document_no_pages"],
  });
  expect((await read("n.md#3", options)).files).toEqual([["n.md#3", undefined, "real"]]);
  const url = "https://example.com/a.pdf#3";
  expect((await read(url, options)).files).toEqual([[url, [3], third]]);
  await expect(read("gone.pdf#3", options)).rejects.toMatchObject({
    code: "input_unreadable",
    details: { path: "gone.pdf#3", reason: "ENOENT" },
  });
});

test("a document of a URL that cannot be read is told as one of this machine", async () => {
  const options = optionsFor({}, pdf(["x"], { password: "p" }));
  await expect(read("https://example.com/a.pdf", options)).rejects.toMatchObject({
    code: "input_unreadable",
    details: { path: "https://example.com/a.pdf", reason: "document_password" },
  });
});
