import type { lookup, LookupAddress } from "node:dns";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { addressGuard, isPublicAddress } from "../../../src/providers/http/address-guard.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { requestPage } from "../../../src/providers/http/page-request.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { httpProxy } from "../../support/proxies.ts";
import { type Reply, serve } from "../../support/raw-server.ts";
import { listen } from "../../support/tcp.ts";

/** Pages that somebody else names: where requests for them go, and where they do not. */

interface Network {
  /** What a name server answers for a name, call by call; the last one ever after. */
  readonly names?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly exceptions?: readonly string[];
  readonly proxy?: string;
}

/** Gets a page; gives its text, or why it was refused. */
async function get(url: string, { names = {}, exceptions = [], proxy }: Network = {}) {
  const looked: string[] = [];
  const resolver = ((
    host: string,
    _: object,
    callback: (error: Error | null, found?: readonly LookupAddress[]) => void,
  ) => {
    const times = looked.filter((name) => name === host).length;
    looked.push(host);
    const addresses = names[host]?.[times] ?? names[host]?.at(-1);
    if (addresses === undefined) return callback(Object.assign(new Error("ENOTFOUND"), { code: "ENOTFOUND" }));
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  }) as unknown as typeof lookup;
  const guard = addressGuard(exceptions, resolver);
  const transport = createTransport(proxy === undefined ? {} : { HTTP_PROXY: proxy }, null, guard.lookup);
  try {
    const options = { transport, guard, timeout: 700, maxBytes: 1_048_576 };
    const page = await requestPage(url, options, new AbortController().signal);
    return { text: page.bytes.toString("utf8"), url: page.url, looked };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, ...(error.details as { reason?: string; detail?: string }), looked };
  } finally {
    closeAgents(transport);
  }
}

test.each([
  ["8.8.8.8", true],
  ["2606:4700::1111", true],
  ["::ffff:8.8.8.8", true],
  ["64:ff9b::808:808", true],
  ["127.0.0.1", false],
  ["10.1.2.3", false],
  ["172.16.0.1", false],
  ["192.168.0.1", false],
  ["169.254.169.254", false],
  ["168.63.129.16", false],
  ["100.100.100.200", false],
  ["192.0.0.192", false],
  ["198.18.0.1", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["0.0.0.0", false],
  ["::", false],
  ["::1", false],
  ["::127.0.0.1", false],
  ["::ffff:127.0.0.1", false],
  ["64:ff9b::7f00:1", false],
  ["64:ff9b:1::808:808", false],
  ["2002:808:808::1", false],
  ["2001::1", false],
  ["fd00:ec2::254", false],
  ["fe80::1%eth0", false],
  ["ff02::1", false],
  ["2001:db8::1", false],
  ["no address", false],
])("%s: public is %s", (address, isPublic) => expect(isPublicAddress(address)).toBe(isPublic));

describe("a request for a page", () => {
  test.each([
    ["http://127.0.0.1:PORT/", "private", "127.0.0.1"],
    ["http://2130706433:PORT/", "private", "127.0.0.1"],
    ["http://0177.0.0.1:PORT/", "private", "127.0.0.1"],
    ["http://0x7f.1:PORT/", "private", "127.0.0.1"],
    ["http://[::ffff:127.0.0.1]:PORT/", "private", "::ffff:7f00:1"],
    ["http://localhost.:PORT/", "private", "localhost"],
    ["http://a.localhost:PORT/", "private", "a.localhost"],
    ["http://inside.test:PORT/", "private", "127.0.0.1"],
    ["http://mixed.test:PORT/", "private", "127.0.0.1"],
    ["http://user:pass@inside.test:PORT/", "credentials", undefined],
    ["file:///etc/passwd", "scheme", undefined],
    ["data:text/plain,x", "scheme", undefined],
    ["ftp://inside.test/", "scheme", undefined],
    ["not a url", "malformed", undefined],
  ])("%s is refused (%s) before a connection", async (url, reason, detail) => {
    await using server = await listen(() => {});
    const names = { "inside.test": [["127.0.0.1"]], "mixed.test": [["8.8.8.8", "127.0.0.1"]] };
    const refused = await get(url.replace("PORT", String(server.port)), { names });
    expect(refused).toMatchObject({ code: "url_unreadable", reason, ...(detail !== undefined && { detail }) });
    expect(server.connections).toBe(0);
  });

  test.each([
    ["http://169.254.169.254/latest/meta-data/", "private"],
    ["http://inside.test/", "private"],
    ["//127.0.0.2/", "private"],
    ["file:///etc/passwd", "scheme"],
    ["http://u:p@front.test/", "credentials"],
  ])("a redirect to %s is refused (%s)", async (location, reason) => {
    await using server = await serve([{ status: 302, headers: { location } }]);
    const { port } = new URL(server.url);
    const names = { "front.test": [["127.0.0.1"]], "inside.test": [["10.0.0.5"]] };
    const refused = await get(`http://front.test:${port}/`, { names, exceptions: ["front.test"] });
    expect(refused).toMatchObject({ code: "url_unreadable", reason });
    expect(server.requests).toHaveLength(1);
  });

  test("goes to the address that was looked at, though the name leads elsewhere a moment later", async () => {
    await using front = await listen(({ socket }) => socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\npublic"));
    await using inside = await listen(() => {}, { host: "127.0.0.2", port: front.port });
    const names = { "rebind.test": [["127.0.0.1"], ["127.0.0.2"]] };
    const url = `http://rebind.test:${front.port}/`;
    expect(await get(url, { names, exceptions: ["127.0.0.1"] })).toMatchObject({
      text: "public",
      looked: ["rebind.test"],
    });
    // The same name once more within one request, after a redirect.
    await using again = await serve([{ status: 302, headers: { location: url, connection: "close" } }]);
    const { port } = new URL(again.url);
    const moved = await get(`http://rebind.test:${port}/`, { names, exceptions: ["127.0.0.1"] });
    expect(moved).toMatchObject({ reason: "private", detail: "127.0.0.2", looked: ["rebind.test", "rebind.test"] });
    expect(inside.connections).toBe(0);
  });

  test("is followed to another host, and no further than five times", async () => {
    let hops = 0;
    const reply = (): Reply => ({ status: 301, headers: { location: `/${++hops}` } });
    await using server = await serve((request) => (request.path === "/3" ? { body: "there" } : reply()));
    expect(await get(`${server.url}/`, { exceptions: ["127.0.0.0/8"] })).toMatchObject({
      text: "there",
      url: `${server.url}/3`,
    });
    await using round = await serve(reply);
    expect(await get(`${round.url}/`, { exceptions: ["127.0.0.1"] })).toMatchObject({ reason: "redirects" });
    expect(round.requests).toHaveLength(6);
  });

  test("ends at a bound of size, also where it is compressed, and of time", async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, "x\n\n"));
    const replies: Readonly<Record<string, Reply>> = {
      "/bomb": { headers: { "content-encoding": "gzip" }, body: bomb },
      "/large": { headers: { "content-length": "5000000" }, body: "x", end: "stall" },
      "/silent": { body: "x", end: "stall" },
      "/gone": { status: 404 },
    };
    await using server = await serve(({ path }) => replies[path]!);
    const all = ["/bomb", "/large", "/silent", "/gone"].map((path) =>
      get(server.url + path, { exceptions: ["127.0.0.1"] }),
    );
    const [large, announced, silent, gone] = await Promise.all(all);
    for (const each of [large, announced]) expect(each).toMatchObject({ reason: "too_large", detail: "1 MiB" });
    expect(silent).toMatchObject({ code: "timeout" });
    expect(gone).toMatchObject({ reason: "status", detail: "404" });
  });

  test("goes through a proxy only where its host is looked up here and public, or allowed", async () => {
    await using server = await serve([{ body: "by proxy" }]);
    await using proxy = await httpProxy({ port: Number(new URL(server.url).port) });
    const names = { "inside.test": [["192.168.1.1"]], "public.test": [["8.8.8.8"]] };
    const by = (url: string, exceptions: string[] = []) => get(url, { names, proxy: proxy.url, exceptions });
    expect(await by("http://inside.test/")).toMatchObject({ reason: "private", detail: "192.168.1.1" });
    expect(await by("http://10.0.0.1/")).toMatchObject({ reason: "private" });
    expect(await by("http://unknown.test/")).toMatchObject({ reason: "unresolved", detail: new URL(proxy.url).host });
    expect(proxy.targets).toEqual([]);
    expect(await by("http://public.test/")).toMatchObject({ text: "by proxy" });
    expect(await by("http://a.unknown.test/", ["*.unknown.test"])).toMatchObject({ text: "by proxy" });
  });

  test("sends no key, no cookie and nothing of the program but its name", async () => {
    await using server = await serve([{ body: "x" }]);
    await get(`${server.url}/#fragment`, { exceptions: ["127.0.0.1"] });
    const [{ headers, path }] = server.requests as [(typeof server.requests)[0]];
    expect(path).toBe("/");
    expect(Object.keys(headers).sort()).toEqual(["accept", "accept-encoding", "connection", "host", "user-agent"]);
  });
});
