import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { environment, newPlace, put } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
/** Prints on stderr, as JSON, which modules a program loads. */
const recorder = `import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
process.on("exit", () => console.error(JSON.stringify(loaded)));`;

test("ten lines ask a model by the settings, without terminal, words or commander", async () => {
  await using server = await serve([{ status: 503, headers: { "retry-after": "0" } }, answer("I am ", "a test.")]);
  const place = newPlace();
  put(place.configFile, `providers: {mine: {base_url: "${server.url}/v1", model: m1, key_variable: MY_KEY}}\n`);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(recorder)}`, worker, "mine"],
    { cwd: place.cwd, env: environment(place, { MY_KEY: "k" }) },
  );
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; text?: string });
  expect(events.flatMap(({ type, text }) => (type === "text" ? [text] : [])).join("")).toBe("I am a test.");
  expect(events.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
  expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ["/v1/chat/completions", "Bearer k"],
    ["/v1/chat/completions", "Bearer k"],
  ]);
  expect(server.body()).toMatchObject({ model: "m1", messages: [{ role: "user", content: "Who are you?" }] });
  const loaded = (JSON.parse(stderr) as string[]).filter((url) => !url.startsWith("node:"));
  expect(loaded.some((url) => url.endsWith("/src/app/engine.ts"))).toBe(true);
  expect(loaded.filter((url) => /\/src\/(?:terminal|words|repl|commands)\/|\/commander\//u.test(url))).toEqual([]);
});
