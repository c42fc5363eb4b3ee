import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deepseek-chat-upload-"));
  const entry = join(root, "test/support/upload-entry.ts");
  await run(process.execPath, [join(root, "scripts/build.ts"), join(folder, "dist"), entry]);
  for (const part of ["bin", "package.json"]) await cp(join(root, part), join(folder, part), { recursive: true });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Upload {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Takes one upload, and answers as OpenAI's `POST /files` does. */
async function takeUpload(send: (url: string) => Promise<string>): Promise<{ upload: Upload; said: string }> {
  const uploads: Upload[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      uploads.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(pieces) });
      response.setHeader("content-type", "application/json").end('{"id":"file-1","object":"file"}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  try {
    const said = await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    return { upload: uploads[0]!, said };
  } finally {
    server.close();
  }
}

test("the built program's client uploads a file byte for byte, signed over what goes out", async () => {
  const content = Buffer.concat([Buffer.from("\r\n--\uFEFF\0汉字"), randomBytes(3_000_000)]);
  const file = join(folder, "questions 汉字.jsonl");
  await writeFile(file, content);
  const { upload, said } = await takeUpload(async (url) => {
    const { stdout } = await run(process.execPath, [join(folder, "bin/deepseek-chat.js"), url, file], {
      env: { HOME: folder, PATH: process.env["PATH"] },
    });
    return stdout;
  });
  const { path, headers, body } = upload;
  const type = headers["content-type"] ?? "";
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const sent = form.get("file") as File;
  expect(Buffer.from(await sent.arrayBuffer()).equals(content)).toBe(true);
  expect([sent.name, sent.type, form.get("purpose")]).toEqual(["questions 汉字.jsonl", "application/jsonl", "batch"]);
  expect(headers["content-length"]).toBe(String(body.length));
  expect(headers["x-signed"]).toBe(`POST /v1/files ${type} ${createHash("sha256").update(body).digest("hex")}`);
  expect(path).toBe("/v1/files");
  // What encodes forms is Node's own, and was not loaded until there was one.
  expect(JSON.parse(said)).toEqual({
    uploaded: { id: "file-1", object: "file" },
    loadedBefore: false,
    loadedAfter: true,
  });
});
