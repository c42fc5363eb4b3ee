import { describe, expect, test } from "vitest";
import { encode } from "../support/encodings.ts";
import { png } from "../support/pictures.ts";
import { askingAt, newPlace, openProgram, put, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { wordsOf } from "../support/words.ts";

const paragraph = "量子计算利用量子叠加和纠缠来处理信息，与经典计算机有根本的不同。".repeat(8);
const html = `<!doctype html><html><head><meta charset="gbk"><title>量子计算</title></head><body><nav>首页</nav><article><p>${paragraph}</p></article></body></html>`;

/** A service, and beside it pages. */
async function site() {
  const pages: Readonly<Record<string, Reply>> = {
    "/page": { headers: { "content-type": "text/html" }, body: encode(html, "gb18030") },
    "/data.json": { headers: { "content-type": "application/json" }, body: '{"a": 1}' },
    "/p.png": { headers: { "content-type": "image/png" }, body: png },
    "/moved": { status: 302, headers: { location: "http://169.254.169.254/latest/" } },
    "/gone": { status: 410 },
  };
  return await serve(({ path }) => pages[path] ?? answer("read"));
}

function allowing(): ReturnType<typeof newPlace> {
  const place = newPlace();
  put(place.configFile, "fetch_hosts: [127.0.0.1]\n");
  return place;
}

const asked = (server: Awaited<ReturnType<typeof site>>) =>
  server.requests
    .filter(({ path }) => path.endsWith("/chat/completions"))
    .map(({ body }) => JSON.stringify(body!["messages"]));

describe.concurrent("a web page", () => {
  test("goes along by -f as readable text, listed with size and tokens", async () => {
    await using server = await site();
    const urls = ["/page", "/data.json", "/p.png"].map((path) => server.url + path);
    const args = ["ask", "--no-transcript", ...urls.flatMap((url) => ["-f", url]), "总结"];
    const { code, stderr } = await run(args, { place: allowing(), env: askingAt(server) });
    expect(code).toBe(0);
    expect(stderr).toMatch(new RegExp(`Attached: ${server.url}/page · [\\d.]+ k?B · ~\\d+ tokens`, "u"));
    const [messages = ""] = asked(server);
    expect(messages).toContain(`# 量子计算\\n\\n${server.url}/page\\n\\n${paragraph}`);
    expect(messages).toContain(`${server.url}/data.json:\\n\`\`\`json\\n{\\"a\\": 1}\\n\`\`\``);
    expect(messages).toContain("data:image/png;base64,");
    expect(messages).not.toContain("首页");
  });

  test.each([
    ["/page", [], { reason: "private", detail: "127.0.0.1" }, "127.0.0.1"],
    ["/moved", ["127.0.0.1"], { reason: "private", detail: "169.254.169.254" }, "169.254.169.254"],
  ] as const)("that can't be read ends before the question leaves: %s %j", async (path, hosts, facts, host) => {
    await using server = await site();
    const place = newPlace();
    put(place.configFile, `fetch_hosts: ${JSON.stringify(hosts)}\n`);
    const url = server.url + path;
    const { code, stderr } = await run(["ask", "--no-transcript", "-f", url, "q"], { place, env: askingAt(server) });
    const { what, next } = wordsOf("url_unreadable", { url: host, ...facts });
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${what} ${next}\n` });
    expect(asked(server)).toEqual([]);
  });

  test("is read behind @ where it was typed, is text where it was pasted, and an error keeps what was typed", async () => {
    await using server = await site();
    await using terminal = openProgram([], { place: allowing(), env: askingAt(server), cols: 110, rows: 40 });
    await terminal.until(/^>$/mu);
    terminal.type(`\u001b[200~see @${server.url}/data.json now\u001b[201~`);
    terminal.type("\r");
    await terminal.until(/^ *read$/mu);
    expect(server.requests.map(({ path }) => path)).not.toContain("/data.json");
    await terminal.until(/^>$/mu);
    await say(terminal, `read @${server.url}/gone please`);
    await terminal.until("410");
    await terminal.until(new RegExp(`^> read @${server.url}/gone please`, "mu"));
    terminal.type("\u0015");
    await terminal.until(/^>$/mu);
    await say(terminal, `read @${server.url}/data.json.`);
    await server.received(4);
    await terminal.until(/^>$/mu);
    expect(asked(server).at(-1)).toContain(`read @${server.url}/data.json.\\n\\n${server.url}/data.json:`);
  });
});
