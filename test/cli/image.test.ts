import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { decodePicture } from "../../src/pictures/codec.ts";
import { newPlace, openProgram, type Place, put, run, start } from "../support/program.ts";
import { png, pngChunk, pngOf } from "../support/pictures.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { en } from "../support/words.ts";

const mock = new LLMock({ port: 0, logLevel: "silent" });
beforeAll(async () => {
  await mock.start();
});
afterEach(() => mock.reset());
afterAll(async () => await mock.stop());

const key = { SILICONFLOW_API_KEY: "sk-0123456789abcdef", GATEWAY_KEY: "sk-0123456789abcdef" };

/** SiliconFlow's form: addresses of pictures, which lie at the same host. `files`: by their names. */
async function siliconFlow(files: Readonly<Record<string, Reply>>, made: (request: Received) => readonly string[]) {
  const server = await serve((request) => {
    const file = files[request.path.slice(1)];
    if (file !== undefined) return file;
    const body = { images: made(request).map((name) => ({ url: `${server.url}/${name}` })), seed: 42 };
    return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  });
  return { server, env: { ...key, SILICONFLOW_BASE_URL: `${server.url}/v1` } };
}

const picture: Reply = { headers: { "content-type": "image/png" }, body: png };

/** Of the pictures in a folder, whatever the program has written into them. */
const pixels = async (path: string) => (await decodePicture(readFileSync(path))).data;

test("SiliconFlow's pictures are fetched at once without the key, and never replace a file", async () => {
  const place = newPlace();
  const { server, env } = await siliconFlow({ "a.png": picture }, () => ["a.png"]);
  await using _server = server;
  put(join(place.cwd, "a-red-fox.png"), "mine");
  const args = ["image", "-p", "siliconflow", "-n", "2", "--seed", "7", "--steps", "30", "a red / ../../fox"];
  const { code, stdout, stderr } = await run(args, { place, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe("a-red-fox-2.png\na-red-fox-3.png\n");
  expect(readFileSync(join(place.cwd, "a-red-fox.png"), "utf8")).toBe("mine");
  expect(await pixels(join(place.cwd, "a-red-fox-3.png"))).toEqual((await decodePicture(png)).data);
  expect(statSync(join(place.cwd, "a-red-fox-2.png")).mode & 0o777).toBe(0o600);
  const asked = server.requests.filter(({ method }) => method === "POST").map(({ body }) => body);
  const body = {
    model: "Qwen/Qwen-Image",
    prompt: "a red / ../../fox",
    image_size: "1328x1328",
    num_inference_steps: 30,
  };
  expect(asked).toEqual([
    { ...body, seed: 7 },
    { ...body, seed: 8 },
  ]);
  const fetched = server.requests.filter(({ method }) => method === "GET");
  expect(fetched.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});

test("what is no picture costs itself alone, and the exit code tells", async () => {
  const place = newPlace();
  const page = { headers: { "content-type": "text/html" }, body: "<!doctype html><p>gone" };
  const signed = `bomb.png?key=${Object.values(key)[0]}`;
  const half = { ...picture, body: png.subarray(0, 50) };
  const bomb = { ...picture, body: pngOf(100_000, 100_000) };
  await using elsewhere = await serve([picture]);
  const moved = { status: 302, headers: { location: `${elsewhere.url}/a.png` } };
  const files = { "page.png": page, "half.png": half, "a.png": picture, [signed]: bomb, "moved.png": moved };
  const { server, env } = await siliconFlow(files, () => ["page.png", "half.png", "a.png", signed, "moved.png"]);
  await using _server = server;
  const args = ["image", "-p", "siliconflow", "-m", "Kwai-Kolors/Kolors", "-n", "4", "-o", "json", "fox"];
  const { code, stdout, stderr } = await run(args, { place, env });
  expect(code).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({
    model: "Kwai-Kolors/Kolors",
    images: [{ path: "fox.png", media_type: "image/png", seed: 42 }],
    complete: false,
    cost: null,
    error: { code: "picture_lost" },
  });
  const lost = (reason: "page" | "broken" | "huge", name: string, detail = "") =>
    en.errors.picture_lost({ provider: "siliconflow", reason, detail, url: `${server.url}/${name}` }).what;
  expect(stderr).toContain(lost("page", "page.png"));
  expect(stderr).toContain(lost("broken", "half.png"));
  expect(stderr).toContain(lost("huge", "bomb.png", "100000×100000"));
  expect(stderr).toContain("bomb.png?key=[key]");
  expect(elsewhere.requests).toEqual([]);
  const { stdout: usage } = await run(["usage", "--by", "purpose", "--json"], { place, env });
  expect(JSON.parse(usage)).toMatchObject({ rows: [{ purpose: "image", requests: 1 }] });
});

test("OpenAI's pictures are made, and changed with what is attached", async () => {
  const place = newPlace();
  // Larger than what may come without content; what it carries is content.
  const base64 = pngOf(1, 1, [pngChunk("prVt", Buffer.alloc(1_100_000))], Buffer.alloc(2)).toString("base64");
  mock.onImage("fox", { images: [{ b64Json: base64, revisedPrompt: "A fox." }] });
  put(
    place.configFile,
    `image_model: gateway/gpt-image-1\nmax_answer_size: 2\nproviders:\n  gateway: {base_url: ${mock.url}/v1, key_variable: GATEWAY_KEY, images: openai}\n`,
  );
  writeFileSync(join(place.cwd, "day.png"), png);
  const made = await run(["image", "--size", "1024×1024", "-o", "new/fox.png", "fox"], { place, env: key });
  expect({ code: made.code, stderr: made.stderr, stdout: made.stdout }).toEqual({
    code: 0,
    stderr: "",
    stdout: "new/fox.png\n",
  });
  expect(mock.getLastRequest()).toMatchObject({ path: "/v1/images/generations", body: { model: "gpt-image-1" } });
  const changed = await run(["image", "-f", "day.png", "fox", "--json"], { place, env: key });
  expect(JSON.parse(changed.stdout)).toMatchObject({ images: [{ path: "fox.png", revised_prompt: "A fox." }] });
  expect(mock.getLastRequest()?.path).toBe("/v1/images/edits");
  const transcripts = join(place.cwd, "transcripts");
  expect(readdirSync(transcripts).filter((name) => name.endsWith(".files"))).toHaveLength(2);
});

test("what cannot be asked for is said before anything is sent", async () => {
  const place = newPlace();
  put(join(place.cwd, "notes.txt"), "text");
  const [deepseek, empty, notes, size] = await Promise.all([
    run(["image", "fox"], { place }),
    run(["image", "-p", "siliconflow"], { place, env: key }),
    run(["image", "-p", "siliconflow", "-f", "notes.txt", "fox"], { place, env: key }),
    run(["image", "-p", "siliconflow", "--size", "big one", "fox"], { place, env: key }),
  ]);
  expect([deepseek, empty, notes, size].map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  expect(deepseek.stderr).toContain("-p siliconflow");
  expect(empty.stderr).toContain(en.images.noPrompt);
  expect(notes.stderr).toContain(en.images.notAPicture({ name: "notes.txt" }));
});

test("Ctrl-C ends it, and what cannot be saved is kept with the transcript", async () => {
  const place = newPlace();
  const { server, env } = await siliconFlow(
    { "a.png": picture, "never.png": { ...picture, end: "stall", body: png.subarray(0, 9) } },
    ({ body }) => [String(body?.["prompt"])],
  );
  await using _server = server;
  const running = start(["image", "-p", "siliconflow", "never.png"], { place, env });
  await server.received(2);
  running.kill("SIGINT");
  expect((await running.done).code).toBe(130);
  expect(existsSync(join(place.cwd, "never-png.png"))).toBe(false);
  put(join(place.cwd, "file"), "");
  const { code, stdout, stderr } = await run(["image", "-p", "siliconflow", "a.png", "-o", "file/x.png"], {
    place,
    env,
  });
  expect({ code, stdout }).toEqual({ code: 6, stdout: "" });
  const saved = readdirSync(join(place.cwd, "transcripts")).find((name) => name.endsWith("a-png.md"))!;
  expect(stderr).toContain(en.images.kept({ path: `transcripts/${saved}` }));
  expect(readdirSync(join(place.cwd, "transcripts", `${saved}.files`))).toHaveLength(1);
});

/** A chat model that answers with text and pictures, as OpenRouter gives them. */
function chatAnswer(): Reply {
  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${png.toString("base64")}` } };
  const chunks = [{ content: "Here:" }, { content: "", images: [image] }, { content: " done." }].map((delta) => ({
    choices: [{ delta }],
  }));
  const end = { choices: [{ delta: {}, finish_reason: "stop" }] };
  return { body: [...chunks, end].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).concat("data: [DONE]\n\n") };
}

function router(place: Place, url: string): void {
  put(place.configFile, `provider: router\nproviders:\n  router: {base_url: ${url}/v1, model: m}\n`);
}

test("pictures of a chat model's answer are kept with it, and told to programs", async () => {
  const place = newPlace();
  await using server = await serve([chatAnswer()]);
  router(place, server.url);
  const { stdout } = await run(["ask", "-o", "json", "draw"], { place });
  const { answer, images, transcript } = JSON.parse(stdout) as {
    answer: string;
    images: readonly { path: string }[];
    transcript: string;
  };
  expect({ answer, images }).toMatchObject({ answer: "Here: done.", images: [{ media_type: "image/png" }] });
  expect(images[0]!.path.startsWith(`${transcript}.files/`)).toBe(true);
  expect(readFileSync(join(place.cwd, images[0]!.path)).equals(png)).toBe(true);
  const plain = await run(["ask", "draw", "--no-transcript"], { place });
  expect(plain.stdout).toBe("Here: done.\n");
  expect(plain.stderr).toContain(en.images.picture({ path: "picture-1.png" }));
  await run(["ask", "-c", "and now?"], { place });
  expect(server.body()["messages"]).toMatchObject([{}, { role: "assistant", content: "Here: done." }, {}]);
});

test("a session shows pictures where the terminal can, those of an answer and those of /image, encoded by the program", async () => {
  const place = newPlace();
  const { server, env } = await siliconFlow({ "a.png": picture }, () => ["a.png"]);
  await using _server = server;
  await using chat = await serve([chatAnswer()]);
  put(
    place.configFile,
    `image_model: siliconflow/x\nprovider: router\nproviders:\n  router: {base_url: ${chat.url}/v1, model: m}\n`,
  );
  await using terminal = openProgram([], { place, env: { ...env, TERM: "xterm-kitty" } });
  await terminal.until(/^>/mu);
  terminal.type("draw\r");
  await terminal.until("done.");
  terminal.type("/image --seed 3 a fox\r");
  await terminal.until(en.images.picture({ path: "a-fox.png" }));
  expect(server.requests[0]!.body).toMatchObject({ model: "x", prompt: "a fox", seed: 3 });
  const shown = [...terminal.raw.matchAll(/\x1b_Ga=T,f=100,q=2,c=1,m=0;([^\x1b]*)\x1b\\/gu)].map(([, data]) =>
    Buffer.from(data!, "base64"),
  );
  expect(shown).toHaveLength(2);
  for (const bytes of shown) expect(bytes.equals(png)).toBe(false);
  expect(await decodePicture(shown[0]!)).toEqual(await decodePicture(png));
  terminal.type("q\r");
  expect((await terminal.exit).code).toBe(0);
});
