import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, put, run, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, delta, done, event, finish, text, usage } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

/** A search by the service itself, as nobody has documented it: blocks between the text, with fields that nobody knows. */
const call = {
  type: "server_tool_use",
  id: "s1",
  name: "deepseek_web_search",
  input: { query: "qubits" },
  x_new: [1, { y: null }],
};
const result = {
  type: "web_search_tool_result",
  tool_use_id: "s1",
  content: [
    { type: "web_search_result", title: "Qubits\u001b[31m", url: "https://a.example/q", encrypted_content: "Zm9v" },
    { type: "web_search_result", title: "Gates", url: "https://b.example/g?x=1" },
  ],
};
const cited = {
  type: "text",
  text: "They interfere. ",
  citations: [{ url: "https://a.example/q", cited_text: "interfere" }],
};
const annotations = [{ type: "url_citation", url_citation: { url: "https://c.example/", title: "Late" } }];

const searched = [
  delta({ content: [call] }),
  delta({ content: [result] }),
  text("Look: "),
  delta({ content: [cited] }),
  text("Done."),
  delta({ annotations, search_id: "sid-1" }),
  finish(),
  usage,
  done,
];

const webTools = [{ type: "deepseek_web_search" }, { type: "deepseek_read_url" }];

/** The answer of a request, as it goes back in the next one. */
function returned(server: RawServer, index = -1): unknown {
  const messages = server.body(index)["messages"] as { role: string }[];
  return messages.find(({ role }) => role === "assistant");
}

const unchanged = {
  role: "assistant",
  content: [call, result, { type: "text", text: "Look: " }, cited, { type: "text", text: "Done." }],
  annotations,
  search_id: "sid-1",
  // DeepSeek demands it behind tools, its own among them.
  reasoning_content: "",
};

/** A model without web tools that calls `web_search` once, and DeepSeek's endpoint for that. */
const searchingByTool: Parameters<typeof serve>[0] = ({ path, body }) => {
  const found = {
    results: [{ title: "Qubits", url: "https://a.example/q", summary: "About them.", date: "2026-01-02" }],
  };
  if (path === "/v1/tools/search")
    return { headers: { "content-type": "application/json" }, body: JSON.stringify(found) };
  const asks = {
    index: 0,
    id: "t1",
    type: "function",
    function: { name: "web_search", arguments: '{"query":"qubits"}' },
  };
  const isAnswered = (body!["messages"] as { role: string }[]).some(({ role }) => role === "tool");
  return isAnswered ? answer("found") : { body: [delta({ tool_calls: [asks] }), finish("tool_calls"), usage, done] };
};

/** A model whose tokens cost nothing. */
function pricedAt({ url }: RawServer): string {
  const free = "models: { other/m: { CNY: { cached: 0, input: 0, output: 0 } } }";
  return `currency: CNY\nproviders: {other: {base_url: ${url}/v1, model: m}}\n${free}\n`;
}

describe.concurrent("--web", () => {
  test("declares the service's tools, keeps what they return, and sends it back unchanged, also when resumed", async () => {
    await using server = await serve([{ body: searched }, answer("more")]);
    const place = newPlace();
    const { stdout, code } = await run(["ask", "--web", "-o", "json", "q"], { place, env: askingAt(server) });
    const found = JSON.parse(stdout) as Record<string, unknown>;
    expect({ code, answer: found["answer"] }).toEqual({ code: 0, answer: "Look: They interfere. Done." });
    expect(found).toMatchObject({
      searches: 1,
      sources: [
        { title: "Qubits\u001b[31m", url: "https://a.example/q" },
        { title: "Gates", url: "https://b.example/g?x=1" },
        { title: "Late", url: "https://c.example/" },
      ],
    });
    expect(server.body(0)["tools"]).toEqual(webTools);
    const [transcript = ""] = transcriptsOf(place);
    expect(transcript).toContain(
      '"web":{"searches":1,"sources":[{"title":"Qubits\\u001b[31m","url":"https://a.example/q"}',
    );
    await run(["ask", "-c", "and then?"], { place, env: askingAt(server) });
    expect(server.body()["tools"]).toBeUndefined();
    expect(returned(server)).toEqual(unchanged);
    // Another provider gets the text alone.
    put(place.configFile, `providers: {other: {base_url: ${server.url}/v1, model: m}}\n`);
    await run(["ask", "-c", "-m", "other/m", "and then?"], { place, env: askingAt(server) });
    expect(returned(server)).toEqual({ role: "assistant", content: "Look: They interfere. Done." });
  });

  test("says that a search happened only where the answer holds one", async () => {
    await using server = await serve([answer("from memory")]);
    const { stdout } = await run(["ask", "--no-transcript", "--web", "-o", "json", "q"], { env: askingAt(server) });
    const found = JSON.parse(stdout) as Record<string, unknown>;
    expect(found["answer"]).toBe("from memory");
    expect(found).not.toHaveProperty("sources");
    expect(server.body()["tools"]).toEqual(webTools);
  });

  test("tells of sources in jsonl, of calls in tool_calls that are the service's own, and of what it bills", async () => {
    const own = { index: 0, id: "w1", type: "deepseek_read_url", deepseek_read_url: { url: "https://d.example/page" } };
    const counted = {
      ...({ prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } as object),
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
    };
    await using server = await serve([
      { body: [delta({ tool_calls: [own] }), text("Read."), finish(), event({ choices: [], usage: counted }), done] },
    ]);
    const { stdout, code } = await run(["ask", "--no-transcript", "--web", "-o", "jsonl", "q"], {
      env: askingAt(server),
    });
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    expect(code).toBe(0);
    expect(lines.find(({ type }) => type === "sources")).toEqual({
      type: "sources",
      searches: 3,
      sources: [{ title: null, url: "https://d.example/page" }],
    });
    expect(lines.some(({ type }) => type === "tool_call")).toBe(false);
  });

  test("lists sources as numbered links below the answer, without anything that acts on the terminal", async () => {
    await using server = await serve([{ body: searched }]);
    await using terminal = openProgram(["--web", "--no-transcript"], {
      place: newPlace(),
      env: askingAt(server),
      cols: 100,
      rows: 30,
    });
    await say(terminal, "what is it?");
    await terminal.until(en.answer.sources);
    await terminal.until(/3\. Late · https:\/\/c\.example\//u);
    expect(terminal.screen()).toMatch(
      / 1\. Qubits.* · https:\/\/a\.example\/q\n +2\. Gates · https:\/\/b\.example\/g\?x=1\n/u,
    );
  });

  test("gives other models DeepSeek's search as a tool where its key is there, and says what is missing where not", async () => {
    await using server = await serve(searchingByTool);
    const place = newPlace();
    put(place.configFile, `providers: {other: {base_url: ${server.url}/v1, model: m}}\n`);
    const args = ["ask", "--no-transcript", "--web", "-m", "other/m", "q"];
    const { stdout, code } = await run(args, { place, env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "found\n" });
    const searches = server.requests.filter(({ path }) => path === "/v1/tools/search");
    expect(searches.map(({ body }) => body)).toEqual([{ query: "qubits", count: 8, need_content: false }]);
    expect(JSON.stringify(server.body()["messages"])).toContain(
      "1. Qubits\\nhttps://a.example/q\\n2026-01-02\\nAbout them.",
    );
    const usageRows = await run(["usage", "--by", "purpose", "--json"], { place });
    expect(JSON.stringify(JSON.parse(usageRows.stdout))).toContain(`"purpose":"search"`);
    const without = await run(args, { place });
    const { what } = wordsOf("no_web_search", { provider: "other", model: "m" });
    expect({ code: without.code, stdout: without.stdout }).toEqual({ code: 3, stdout: "" });
    expect(without.stderr).toContain(what);
  });

  test("bills what its tools search for with the turn: figures, transcript, session, ledger, each once", async () => {
    await using server = await serve(searchingByTool);
    const place = newPlace();
    put(place.configFile, pricedAt(server));
    const options = { place, env: askingAt(server) };
    const session = await run(["--web", "-m", "other/m"], { ...options, input: "what?\n/cost\nq\n" });
    expect(session.code).toBe(0);
    const cost = { currency: "CNY", amount: 0.005 };
    const [transcript = ""] = transcriptsOf(place);
    const requests: unknown = JSON.parse(/"requests":(\[.*\])\} -->/u.exec(transcript)![1]!);
    expect(requests).toMatchObject([
      { purpose: "question" },
      { provider: "deepseek", model: "web-search", purpose: "search", cost },
      { purpose: "tools" },
    ]);
    const tokens = { prompt: "60", cached: "40", completion: "24" };
    expect(session.stderr).toContain(en.session.spent({ questions: 1, tokens, cost: "¥0.0050" }));
    expect(session.stderr).not.toContain(en.session.tokensUnknown({ requests: 1 }));
    const totals = async () =>
      (JSON.parse((await run(["usage", "--json"], options)).stdout) as { total: object }).total;
    const booked = { requests: 3, costs: [cost], cost_unknown: 0, uncounted: 0 };
    expect(await totals()).toMatchObject(booked);
    expect((await run(["usage", "--rebuild"], options)).code).toBe(0);
    expect(await totals()).toMatchObject(booked);
  });

  test("does not search where that could exceed the budget, and tells the model", async () => {
    await using server = await serve(searchingByTool);
    const place = newPlace();
    put(place.configFile, pricedAt(server));
    const ask = async (limit: string) =>
      await run(
        [
          "ask",
          "--no-transcript",
          "--web",
          "-m",
          "other/m",
          "-o",
          "json",
          "--max-tokens",
          "9",
          "--max-cost",
          limit,
          "q",
        ],
        {
          place,
          env: askingAt(server),
        },
      );
    const searches = () => server.requests.filter(({ path }) => path === "/v1/tools/search").length;
    expect(JSON.parse((await ask("0.0049")).stdout)).toMatchObject({ answer: "found", cost: { amount: 0 } });
    expect(searches()).toBe(0);
    expect(JSON.stringify(server.body()["messages"])).toContain("budget_exceeded");
    expect(JSON.parse((await ask("0.005")).stdout)).toMatchObject({ answer: "found", cost: { amount: 0.005 } });
    expect(searches()).toBe(1);
  });
});
