import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run } from "../support/program.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";

/** What services refuse, and what is said of it: the address, the key, the money. */

const ask = ["ask", "--no-transcript", "q"];
const json = { "content-type": "application/json" };
const notFound: Reply = { status: 404, headers: json, body: '{"detail":"Not Found"}' };

/** Answers at one path alone, as a strict server does. */
function strict(path: string) {
  return ({ path: asked }: Received): Reply => (asked === path ? answer("yes") : notFound);
}

describe.concurrent("a base URL", () => {
  test.each(["/v1", "/v1/", "/v1/chat/completions", "/v1/chat/completions/", "/v1/completions", "/v1/models"])(
    "that ends with %s is understood, from the environment, the config file and doctor",
    async (path) => {
      await using server = await serve(strict("/v1/chat/completions"));
      const place = newPlace();
      put(place.configFile, `providers: {mine: {base_url: "${server.url}${path}", model: m}}\n`);
      const runs = await Promise.all([
        run(ask, { env: askingAt({ url: `${server.url}${path}` }) }),
        run([...ask, "-p", "mine"], { place }),
      ]);
      expect(runs.map(({ code, stdout, stderr }) => ({ code, stdout, stderr }))).toEqual(
        runs.map(() => ({ code: 0, stdout: "yes\n", stderr: "" })),
      );
      const doctor = await run(["doctor", "--json"], { env: askingAt({ url: `${server.url}${path}` }) });
      expect(doctor.stdout).toContain(`"${server.url}/v1"`);
    },
  );

  test("where nothing is, is told with the address that was asked", async () => {
    await using server = await serve(() => notFound);
    const [english, chinese] = await Promise.all(
      ["en", "zh"].map((lang) => run([...ask, "--lang", lang], { env: askingAt({ url: `${server.url}/v2` }) })),
    );
    expect(english).toMatchObject({
      code: 4,
      stderr: `deepseek has nothing at ${server.url}/v2/chat/completions (404: Not Found). Check the base URL. It is written without /chat/completions.\n`,
    });
    expect(chinese!.stderr).toContain(`${server.url}/v2/chat/completions`);
  });

  test.each([
    [["models"], "/models"],
    [["balance"], "/user/balance"],
  ])("where nothing is, is told by %j too", async (args, path) => {
    await using server = await serve(() => notFound);
    const { code, stderr } = await run(args, { env: askingAt({ url: `${server.url}/v2` }) });
    expect(code).toBe(4);
    expect(stderr).toContain(`deepseek has nothing at ${server.url}/v2${path} (404: Not Found). It may not offer that`);
  });

  test("of http for a port with TLS names https", async () => {
    const page = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>";
    await using server = await serve(() => refusal(400, page));
    const { code, stderr } = await run(ask, { env: askingAt(server) });
    expect(code).toBe(4);
    expect(stderr).toContain(`set the base URL to ${server.url.replace("http:", "https:")}.`);
  });
});

describe.concurrent("a service that wants a key", () => {
  test.each([401, 403])("where none is set is told so: %d", async (status) => {
    await using server = await serve(() => refusal(status, { error: "Unauthorized" }));
    const place = newPlace();
    put(place.configFile, `providers: {vllm: {base_url: "${server.url}/v1", model: m}}\n`);
    const args = [...ask, "-p", "vllm"];
    const [english, chinese] = await Promise.all([run(args, { place }), run([...args, "--lang", "zh"], { place })]);
    expect([english.code, chinese.code]).toEqual([3, 3]);
    expect(english.stderr).toBe(
      status === 401
        ? "vllm wants an API key, and none is set (401: Unauthorized). " +
            "Run deepseek-chat setup -p vllm in a terminal, or set providers.vllm.key_variable to the variable that holds it.\n"
        : "vllm refuses the request (403: Unauthorized). It was asked without an API key; perhaps it wants one, or does not let this machine in.\n",
    );
    expect(chinese.stderr).not.toMatch(/\u6765\u81ea {2}| {2}/u);
  });

  test("and gets it as a header of the config file names that as its origin", async () => {
    await using server = await serve(() => refusal(401, { error: "Unauthorized" }));
    const place = newPlace();
    put(
      place.configFile,
      `providers: {vllm: {base_url: "${server.url}/v1", model: m, headers: {Authorization: Bearer 0123456789}}}\n`,
    );
    const { stderr } = await run([...ask, "-p", "vllm"], { place });
    expect(stderr).toContain("vllm does not accept the API key from providers.vllm.headers (401: Unauthorized).");
  });
});

describe.concurrent("an account without money", () => {
  const quota = { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" };
  test.each([
    [429, { error: quota }],
    [403, { error: quota }],
    [429, { error: { message: "\u8d26\u6237\u4f59\u989d\u4e0d\u8db3", code: "1113" } }],
  ])("is told at once, whatever the status: %d %j", async (status, body) => {
    await using server = await serve(() => refusal(status, body));
    const { code, stderr } = await run(ask, { env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 3, requests: 1 });
    expect(stderr).toContain("The account at deepseek has no balance left");
  });
});
