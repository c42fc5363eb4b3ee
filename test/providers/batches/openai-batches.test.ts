import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { OpenAIBatches } from "../../../src/providers/batches/openai-batches.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { serve } from "../../support/raw-server.ts";
import { connection as bare } from "../wire/connection.ts";

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-batches-"));
const mock = new LLMock({ port: 0, logLevel: "silent" });
const transport = createTransport({});
const forever = new AbortController().signal;

beforeAll(async () => void (await mock.start()));
afterEach(() => mock.reset());
afterAll(async () => {
  closeAgents(transport);
  await mock.stop();
  rmSync(folder, { recursive: true });
});

function batchesAt(baseUrl: string, headers: Readonly<Record<string, string>> = {}): OpenAIBatches {
  return new OpenAIBatches({ ...bare, name: "gateway", baseUrl, headers, transport }, [
    "siliconflow",
    "siliconflow-com",
  ]);
}

function fileOf(name: string, ids: readonly string[]) {
  const path = join(folder, name);
  const lines = ids.map((id) =>
    JSON.stringify({ custom_id: id, method: "POST", url: "/v1/chat/completions", body: {} }),
  );
  const text = `${lines.join("\n")}\n`;
  writeFileSync(path, text);
  return { path, name, size: Buffer.byteLength(text) };
}

async function textOf(service: OpenAIBatches, file: string): Promise<string> {
  const gather = async (body: AsyncIterable<Buffer>) => {
    let text = "";
    for await (const bytes of body) text += bytes.toString();
    return text;
  };
  return await service.download(file, gather, forever);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  return error instanceof AppError ? error.code : String(error);
}

test("a file becomes a batch, is found again by its name, and its results come back", async () => {
  const service = batchesAt(`${mock.url}/v1`);
  const file = fileOf("part.jsonl", ["a", "汉字"]);
  expect(await service.findUpload(file, forever)).toBeNull();
  const sent: number[] = [];
  const id = await service.upload(file, (bytes) => sent.push(bytes), forever);
  expect(sent.at(-1)).toBeGreaterThan(file.size);
  expect(await service.findUpload(file, forever)).toBe(id);
  expect(await service.findUpload({ ...file, size: 1 }, forever)).toBeNull();
  expect(await service.findBatch(id, "mine-1", new Date(), forever)).toBeNull();
  const batch = await service.create(id, "mine-1", forever);
  expect(batch).toMatchObject({
    status: "validating",
    isEnded: false,
    inputFile: id,
    label: "mine-1",
    outputFile: null,
  });
  expect((await service.findBatch("file-other", "mine-1", new Date(), forever))?.id).toBe(batch.id);
  await service.retrieve(batch.id, forever);
  const ended = await service.retrieve(batch.id, forever);
  expect(ended).toMatchObject({ status: "completed", isEnded: true, counts: { total: 2, completed: 2, failed: 0 } });
  const lines = (await textOf(service, ended.outputFile!)).trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(["a", "汉字"]);
});

test("a batch is looked for page by page, no further back than its file was written", async () => {
  const batch = (id: string, at: number) => ({
    id,
    status: "in_progress",
    input_file_id: `file-of-${id}`,
    created_at: at,
  });
  const page = (batches: readonly object[], hasMore: boolean) => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ object: "list", data: batches, has_more: hasMore }),
  });
  const since = 1_790_000_000;
  await using server = await serve([
    page([batch("b1", since + 9), batch("b2", since + 5)], true),
    page([batch("b3", since + 2)], true),
    page([batch("b4", since + 9), batch("b5", since - 200_000), batch("b6", since - 300_000)], true),
  ]);
  const service = batchesAt(server.url);
  expect((await service.findBatch("file-of-b3", "x", new Date(since * 1000), forever))?.id).toBe("b3");
  expect(server.requests.map(({ path }) => path)).toEqual(["/batches?limit=100", "/batches?limit=100&after=b2"]);
  expect(await service.findBatch("file-of-b6", "x", new Date(since * 1000), forever)).toBeNull();
});

test("what the service does not have is told apart from a service without batches", async () => {
  const service = batchesAt(`${mock.url}/v1`);
  expect(await codeOf(service.retrieve("batch_gone", forever))).toBe("batch_not_found");
  expect(await codeOf(textOf(service, "file-gone"))).toBe("batch_not_found");
  await using plain = await serve([
    { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found" },
  ]);
  expect(await codeOf(batchesAt(plain.url).create("file-1", "x", forever))).toBe("not_offered");
});

test("a web page and documents of another kind are no batches", async () => {
  const html = { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Welcome</title>" };
  const other = { headers: { "content-type": "application/json" }, body: '{"object":"list","data":[]}' };
  await using server = await serve([html, other, other]);
  const service = batchesAt(server.url);
  expect(await codeOf(service.retrieve("batch_1", forever))).toBe("not_a_stream");
  expect(await codeOf(service.retrieve("batch_1", forever))).toBe("service_unreadable");
});

test("SiliconFlow's envelope and statuses are understood", async () => {
  const envelope = (data: object) => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: 20000, message: "Ok", status: true, data }),
  });
  const queued = {
    id: "batch_rdyqgrcgjg",
    object: "batch",
    errors: null,
    input_file_id: "file-jkvytbjtow",
    status: "in_queue",
    output_file_id: null,
    error_file_id: null,
    created_at: 1741685413,
    expires_at: 1741771813,
    request_counts: null,
    metadata: { description: "nightly eval job" },
  };
  await using server = await serve([envelope(queued)]);
  expect(await batchesAt(server.url).retrieve("batch_rdyqgrcgjg", forever)).toEqual({
    id: "batch_rdyqgrcgjg",
    status: "in_queue",
    isEnded: false,
    inputFile: "file-jkvytbjtow",
    outputFile: null,
    errorFile: null,
    counts: null,
    createdAt: new Date(1741685413000),
    expiresAt: new Date(1741771813000),
    label: null,
    mistakes: [],
  });
});

test("a file that is named by an address is fetched without the key", async () => {
  await using server = await serve([{ body: '{"custom_id":"a"}\n' }]);
  expect(await textOf(batchesAt(`${server.url}/v1`, { "X-Team": "s3cret-team" }), `${server.url}/out?sig=1`)).toContain(
    '"a"',
  );
  const { authorization, "x-team": team } = server.requests[0]!.headers;
  expect([authorization, team, server.requests[0]!.path]).toEqual([undefined, undefined, "/out?sig=1"]);
});
