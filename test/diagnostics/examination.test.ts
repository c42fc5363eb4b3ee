import { describe, expect, it } from "vitest";
import type { Probe } from "../../src/diagnostics/probe.ts";
import { examine, worstFailure } from "../../src/diagnostics/examination.ts";
import { type Problem, problem } from "../../src/diagnostics/problems.ts";
import type { Subject } from "../../src/diagnostics/subject.ts";
import { AppError, exitCodeOf } from "../../src/errors.ts";
import type { Reach } from "../../src/providers/connectivity.ts";

const day = 86_400_000;

function reached(changes: Partial<Reach> = {}): Reach {
  return {
    host: "api.example.com:443",
    proxy: null,
    lookup: { name: "api.example.com", addresses: ["192.0.2.1"], ms: 3 },
    connect: { address: "192.0.2.1", ms: 10 },
    tls: { protocol: "TLSv1.3", issuer: "An Authority", validTo: new Date(Date.now() + 90.5 * day) },
    answer: { status: 200, ms: 80, date: new Date(Date.now() - 500), at: new Date() },
    failure: null,
    ...changes,
  };
}

/** Everything in order. */
function sound(changes: Partial<Subject> = {}): Subject {
  return {
    program: { version: "1.0.0", node: "24.0.0", platform: "linux", arch: "x64", executable: "/usr/bin/node" },
    terminal: null,
    settings: { path: "/config.yaml", exists: false, set: [] },
    mistakes: [],
    plainSecrets: [],
    places: [],
    transcripts: async () => ({ folder: "/transcripts", count: 2, bytes: 1000, unreadable: [], leftovers: [] }),
    index: async () => ({ path: "/index", bytes: 0, state: "none", files: 0, pending: 2 }),
    mayBeReached: async () => {},
    provider: () => ({
      provider: "deepseek",
      baseUrl: "https://api.example.com",
      origin: "",
      model: "m",
      services: [],
    }),
    proxy: { proxy: null, variable: null, value: null, certificates: null },
    key: async () => ({ provider: "deepseek", origin: "DEEPSEEK_API_KEY", store: "/keys.json", auth: null }),
    reach: async () => reached(),
    models: async () => ({ ids: ["m"], model: "m", successor: null }),
    balance: async () => [{ currency: "CNY", total: "1.00" }],
    failover: async () => [],
    findings: () => null,
    probe: null,
    ...changes,
  };
}

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

async function all(subject: Subject) {
  const results = await gather(examine(subject));
  const of = (id: string) => results.find((result) => result.id === id)!;
  return {
    results,
    of,
    problems: (id: string) => of(id).problems.map((found) => ("code" in found ? found : found.error)),
  };
}

describe("examine", () => {
  it("finds nothing wrong where nothing is", async () => {
    const { results } = await all(sound());
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(results.filter(({ status }) => status === "fail" || status === "warn")).toEqual([]);
  });

  it.each([
    [13.5, "warn", [{ code: "certificate_ends", details: { days: 13 } }]],
    [14.5, "ok", []],
  ])("warns of a certificate that ends in %d days", async (days, status, expected) => {
    const tls = { protocol: "TLSv1.3", issuer: "An Authority", validTo: new Date(Date.now() + days * day) };
    const { of, problems } = await all(sound({ reach: async () => reached({ tls }) }));
    expect(of("tls").status).toBe(status);
    expect(problems("tls")).toMatchObject(expected);
  });

  it.each([
    [59, "ok"],
    [-59, "ok"],
    [62, "warn"],
    [-62, "warn"],
  ])("judges a clock that is %d s off", async (seconds, status) => {
    const at = new Date();
    const date = new Date(at.getTime() - seconds * 1000 - 500);
    const { of } = await all(sound({ reach: async () => reached({ answer: { status: 200, ms: 80, date, at } }) }));
    expect(of("clock")).toMatchObject({ status, facts: { seconds } });
  });

  it("warns of a slow first byte", async () => {
    const answer = { status: 200, ms: 7_600, date: null, at: new Date() };
    const { of, problems } = await all(sound({ reach: async () => reached({ answer }) }));
    expect(problems("answer")).toMatchObject([{ code: "slow", details: { seconds: 8 } }]);
    expect(of("clock").skipped).toEqual({ why: "no_clock", by: null });
  });

  it("blames the first stage that fails for all that it did not try", async () => {
    const error = new AppError("no_connection", {
      host: "h",
      proxy: null,
      variable: null,
      cause: "dns",
      reason: "ENOTFOUND",
      start: null,
    });
    const failed = reached({
      lookup: null,
      connect: null,
      tls: null,
      answer: null,
      failure: { stage: "lookup", error },
    });
    const { of } = await all(sound({ reach: async () => failed }));
    expect(of("lookup").status).toBe("fail");
    for (const id of ["connect", "tls", "answer", "clock", "models", "balance"]) {
      expect(of(id).skipped).toEqual({ why: "blocked", by: "lookup" });
    }
  });

  it("judges an index", async () => {
    const look = async (state: "none" | "sound" | "damaged" | "outdated" | "blocked") =>
      await all(sound({ index: async () => ({ path: "/index", bytes: 10, state, files: 5, pending: 3 }) }));
    expect((await look("none")).of("index").status).toBe("skip");
    expect((await look("sound")).of("index").status).toBe("ok");
    expect((await look("outdated")).of("index").status).toBe("ok");
    expect((await look("damaged")).problems("index")).toMatchObject([{ code: "index_damaged" }]);
    expect((await look("blocked")).problems("index")).toMatchObject([{ code: "index_blocked" }]);
  });

  it("warns of a terminal that counts columns wrongly, or is narrow or dumb", async () => {
    const facts = {
      term: "dumb",
      program: "",
      columns: 30,
      rows: 24,
      colors: 0,
      unicode: false,
      hyperlinks: false,
    } as const;
    const silent = { wideColumns: null, bracketedPaste: null, synchronizedOutput: null, background: null };
    const wrong = await all(sound({ terminal: async () => ({ ...facts, ...silent, wideColumns: 1 }) }));
    expect(wrong.problems("terminal").map(({ code }) => code)).toEqual([
      "dumb_terminal",
      "narrow_terminal",
      "wrong_width",
    ]);
    const fine = { ...facts, ...silent, term: "xterm-256color", columns: 80 };
    expect((await all(sound({ terminal: async () => fine }))).of("terminal").status).toBe("ok");
  });

  it("tells of transcripts that cannot be read, and of pictures whose transcript is gone", async () => {
    const unreadable = [
      { path: "/transcripts/a.md", reason: "EACCES" },
      { path: "/transcripts/b.md", reason: "EACCES" },
    ];
    const leftovers = [{ path: "/transcripts/c.md.files", bytes: 2_000_000 }];
    const { problems } = await all(
      sound({ transcripts: async () => ({ folder: "/transcripts", count: 2, bytes: 0, unreadable, leftovers }) }),
    );
    expect(problems("transcripts")).toMatchObject([
      { code: "unreadable_transcripts", details: { count: 2, first: "/transcripts/a.md", reason: "EACCES" } },
      { code: "leftover_pictures", details: { count: 1, first: "/transcripts/c.md.files", bytes: 2_000_000 } },
    ]);
  });

  it("makes what nobody foresaw a failure of that check alone", async () => {
    const { of, problems } = await all(sound({ balance: () => Promise.reject(new TypeError("oops")) }));
    expect([of("balance").status, of("models").status]).toEqual(["fail", "ok"]);
    expect(problems("balance")).toMatchObject([{ code: "internal", details: { message: "oops" } }]);
  });

  it("puts no question to a model that cannot answer", async () => {
    const probe = (): Promise<Probe> => Promise.reject(new Error("was asked"));
    const rejected = new AppError("key_rejected", { provider: "deepseek", status: 401, origin: "x", reason: "no" });
    const { of } = await all(sound({ probe, models: () => Promise.reject(rejected) }));
    expect(of("streaming").skipped).toEqual({ why: "blocked", by: "models" });
    expect(of("json").skipped).toEqual({ why: "blocked", by: "models" });
  });
});

describe("worstFailure", () => {
  const failure = (
    code: "internal" | "no_key" | "usage" | "storage_failed" | "request_refused" | "timeout",
  ): Problem => ({
    kind: "error",
    error: new AppError(code, {} as never),
  });
  const warning = problem("slow", { seconds: 9 });

  it.each([
    [[], 0],
    [[warning], 0],
    [[failure("timeout")], 5],
    [[failure("timeout"), failure("request_refused")], 4],
    [[failure("request_refused"), failure("storage_failed")], 6],
    [[failure("storage_failed"), failure("usage")], 2],
    [[failure("timeout"), failure("usage"), failure("no_key")], 3],
    [[failure("no_key"), failure("internal"), warning], 1],
  ])("puts what must be mended first first: %#", (problems, code) => {
    expect(exitCodeOf(worstFailure(problems))).toBe(code);
  });
});
