import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { type RawServer, type Script, serve } from "../support/raw-server.ts";
import { answer, counted, done, event, finish, refusal, text } from "../support/wire.ts";
import { any, en, patternOf, wordsOf, zh } from "../support/words.ts";

/** Pipes lines into a session whose provider is the server; gives what was printed and the requests' messages. */
async function session(script: Script, lines: readonly string[], options: { place?: Place; args?: string[] } = {}) {
  await using server = await serve(script);
  const { place = newPlace(), args = [] } = options;
  const input = `${lines.join("\n")}\n`;
  const ran = await run(args, { place, input, env: askingAt(server) });
  return { ...ran, place, messages: messagesOf(server), bodies: server.requests.map(({ body }) => body ?? {}) };
}

function messagesOf(server: RawServer): string[][] {
  return server.requests.map(({ body }) => {
    const messages = (body?.["messages"] ?? []) as { role: string; content: string }[];
    return messages.map(({ role, content }) => `${role}: ${content}`);
  });
}

const numbered: Script = (_, index) => answer(`answer ${index + 1}`);

describe.concurrent("slash commands of a session", () => {
  test("/system sets, shows and removes the system prompt, and each turn of the transcript knows it", async () => {
    const { messages, stderr, place } = await session(numbered, [
      "/system Be brief.",
      "one",
      "/system",
      "/system -",
      "two",
    ]);
    expect(messages).toEqual([
      ["system: Be brief.", "user: one"],
      ["user: one", "assistant: answer 1", "user: two"],
    ]);
    expect(stderr).toContain(en.session.systemIs({ system: "Be brief." }));
    expect(transcriptsOf(place)[0]).toMatch(/"system":"Be brief\."[\s\S]*"system":null/u);
  });

  test("/role takes a system prompt of the config file", async () => {
    const place = newPlace();
    put(place.configFile, "roles:\n  pirate: Talk like a pirate.\n");
    const { messages, stderr } = await session(numbered, ["/role", "/role pirate", "one", "/role cook"], { place });
    expect(messages[0]).toEqual(["system: Talk like a pirate.", "user: one"]);
    expect(stderr).toContain("Roles: pirate, ");
    expect(stderr).toContain(
      wordsOf("bad_value", {
        name: "/role",
        value: "cook",
        expected: "pirate, commit, translate, explain, review, shell",
        nearest: null,
      }).whole,
    );
  });

  test("/set and /thinking change what is sent, and say what cannot be", async () => {
    const lines = [
      "/set temperature 0.3",
      "/thinking low",
      "one",
      "/set temperature -",
      "/thinking off",
      "two",
      "/set temperature 9",
      "/set provider x",
      "/set theme light",
      "/set stop ###",
      "/set max_wait 5",
      "three",
    ];
    const { bodies, stderr } = await session(numbered, lines);
    expect(bodies[2]).toMatchObject({ stop: ["###"] });
    expect(stderr).toContain("max_wait: 5\n");
    expect(bodies[0]).toMatchObject({ temperature: 0.3, thinking: { type: "enabled" }, reasoning_effort: "low" });
    expect(bodies[1]).toMatchObject({ thinking: { type: "disabled" } });
    expect(bodies[1]).not.toHaveProperty("temperature");
    expect(stderr).toContain(
      wordsOf("bad_value", { name: "temperature", value: "9", expected: "0 to 2", nearest: null }).whole,
    );
    expect(stderr).toContain(wordsOf("setting_fixed", { name: "provider", instead: "/provider x" }).whole);
    expect(stderr).toContain(
      wordsOf("setting_fixed", { name: "theme", instead: "deepseek-chat config set theme light" }).whole,
    );
  });

  test("what cannot be done now is said without a word about the command line", async () => {
    const { stderr } = await session(numbered, ["/save x.md", "/edit", "/continue", "one", "/copy 9", "/copy code x"]);
    expect(stderr).toContain(`${en.session.nothingSaved}\n`);
    expect(stderr).toContain(`${en.tables.noEditor}\n`);
    expect(stderr).not.toContain("--help");
    expect(stderr.match(patternOf(en.session.nothingToCopy, "gu"))).toHaveLength(2);
  });

  test("/model and /provider change whom the next question goes to", async () => {
    await using other = await serve([answer("from the other")]);
    const place = newPlace();
    put(place.configFile, `providers:\n  mine:\n    base_url: ${other.url}\n    model: big\n`);
    const lines = [
      "one",
      "/model deepseek-v4-pro",
      "two",
      "/model mine/small",
      "three",
      "/provider mine",
      "four",
      "/provider nobody",
    ];
    const { bodies, stdout, stderr } = await session(numbered, lines, { place });
    // The list of models is asked for what mine/small means.
    expect(bodies.flatMap(({ model }) => model ?? [])).toEqual(["deepseek-flash", "deepseek-v4-pro"]);
    expect(other.requests.map(({ body }) => body?.["model"])).toEqual(["small", "small"]);
    expect(stdout).toBe("answer 1\nanswer 2\nfrom the other\nfrom the other\n");
    expect(stderr).toContain("Model: mine/small");
    expect(stderr).toMatch(patternOf(wordsOf("unknown_provider", { name: "nobody", known: [any] }).whole));
    expect(transcriptsOf(place)[0]).toMatch(/"model":"deepseek-v4-pro"[\s\S]*"provider":"mine","model":"small"/u);
  });

  test("/retry asks again, /undo takes back, and resuming knows of both", async () => {
    const first = await session(numbered, ["one", "/retry", "two", "/undo", "three"]);
    expect(first.messages).toEqual([
      ["user: one"],
      ["user: one"],
      ["user: one", "assistant: answer 2", "user: two"],
      ["user: one", "assistant: answer 2", "user: three"],
    ]);
    const resumed = await session(numbered, ["five"], { place: first.place, args: ["-c"] });
    expect(resumed.messages).toEqual([
      ["user: one", "assistant: answer 2", "user: three", "assistant: answer 4", "user: five"],
    ]);
    expect(transcriptsOf(first.place)).toHaveLength(1);
  });

  test("/continue goes on with an answer that reached its limit, by prefix, as one answer ever after", async () => {
    const cut = { body: [text("The first half"), finish("length"), done] };
    const first = await session([cut, answer(" and the second."), answer("yes")], ["one", "/continue", "two"]);
    expect(first.stdout).toBe("The first half\n and the second.\nyes\n");
    expect(first.bodies[1]?.["messages"]).toEqual([
      { role: "user", content: "one" },
      { role: "assistant", content: "The first half", prefix: true },
    ]);
    const whole = ["user: one", "assistant: The first half and the second."];
    expect(first.messages[2]).toEqual([...whole, "user: two"]);
    const resumed = await session(numbered, ["three"], { place: first.place, args: ["-c"] });
    expect(resumed.messages[0]).toEqual([...whole, "user: two", "assistant: yes", "user: three"]);
  });

  test("/continue has nothing to do after a whole answer", async () => {
    const { stderr, messages } = await session(numbered, ["/continue", "one", "/continue"]);
    expect(stderr.match(patternOf(en.session.nothingToContinue, "gu"))).toHaveLength(2);
    expect(messages).toHaveLength(1);
  });

  test("/compact puts a summary in the place of the older turns, also after resuming; the transcript keeps all", async () => {
    const replies: Script = (_, index) => answer(index === 1 ? "They said one." : `answer ${index + 1}`);
    const first = await session(replies, ["one", "/compact", "two"]);
    expect(first.messages[1]?.at(-1)).toMatch(/^user: Summarise our conversation/u);
    const summary = ["user: Summary of the conversation so far:", "assistant: They said one."];
    expect(first.messages[2]).toEqual([...summary, "user: two"]);
    expect(first.stderr).toMatch(patternOf(en.context.compacted({ before: any, after: any })));
    const resumed = await session(numbered, ["three"], { place: first.place, args: ["-c"] });
    expect(resumed.messages[0]).toEqual([...summary, "user: two", "assistant: answer 3", "user: three"]);
    expect(transcriptsOf(first.place)[0]).toContain("] Question:\none\n");
  });

  test("warns before the model's window is full, and /compact drop forgets the oldest", async () => {
    const place = newPlace();
    put(place.configFile, "models:\n  deepseek-flash:\n    context: 50\n");
    const { stderr, messages } = await session(numbered, ["one", "two", "/tokens", "/compact drop", "three"], {
      place,
    });
    expect(stderr).toContain(en.context.used({ used: "37", estimated: false, window: "50", share: "74.0%" }));
    expect(stderr).toContain(en.context.dropped({ turns: 1 }));
    expect(messages[2]).toEqual(["user: two", "assistant: answer 2", "user: three"]);
  });

  test("says so when a conversation fills most of the window, and by setting makes room by itself", async () => {
    const big = {
      ...counted,
      prompt_tokens: 45,
      completion_tokens: 1,
      completion_tokens_details: {},
      total_tokens: 46,
    };
    const full = { body: [text("full"), finish(), event({ choices: [], usage: big }), done] };
    const config = "models:\n  deepseek-flash:\n    context: 50\n";
    const [asking, automatic] = [newPlace(), newPlace()];
    put(asking.configFile, config);
    put(automatic.configFile, `${config}compact: auto\n`);
    const asked = await session([full], ["one"], { place: asking });
    expect(asked.stderr).toContain(en.context.near({ share: "92%" }));
    const made = await session([full, answer("sum"), answer("ok")], ["one", "two"], { place: automatic });
    expect(made.messages[2]).toEqual(["user: Summary of the conversation so far:", "assistant: sum", "user: two"]);
  });

  test("a refusal for length is explained, with what to do", async () => {
    const message = "This model's maximum context length is 1000000 tokens. However, you requested 1000001 tokens.";
    const { stderr, code } = await session([refusal(400, { error: { message } })], ["one"]);
    expect(code).toBe(4);
    expect(stderr).toMatch(
      patternOf(
        wordsOf("context_too_long", { provider: "deepseek", model: "deepseek-flash", limit: 1_000_000, reason: any })
          .what,
      ),
    );
    expect(stderr).toContain(en.context.tooLong);
  });

  test("/fork goes on in a new file that names this one", async () => {
    const { place, messages, stderr } = await session(numbered, ["one", "/fork", "two"]);
    const files = transcriptsOf(place);
    const branch = files.find((file) => file.includes('"origin"')) ?? "";
    const before = files.find((file) => file !== branch) ?? "";
    const id = /"id":"([0-9a-z]+)"/u.exec(before)?.[1];
    expect(branch).toContain(`"origin":{"id":"${id}","turns":1}`);
    expect(before).not.toContain("two");
    expect(branch).toContain("] Question:\ntwo\n");
    expect(messages[1]).toEqual(["user: one", "assistant: answer 1", "user: two"]);
    expect(stderr).toMatch(patternOf(en.session.forked({ path: any })));
  });

  test("/save and /export write the conversation elsewhere", async () => {
    const { place, stderr } = await session(numbered, [
      "one",
      "/save copy.md",
      "/export html page.html",
      "/export pdf",
      "/save copy.md",
    ]);
    expect(readFileSync(join(place.cwd, "copy.md"), "utf8")).toContain("] Answer:\nanswer 1\n");
    expect(readFileSync(join(place.cwd, "page.html"), "utf8")).toContain("answer 1");
    expect(stderr).toContain(en.session.exportHow({ formats: "md|html|json|jsonl|txt" }));
    expect(stderr).toContain(wordsOf("output_exists", { path: "copy.md" }).what);
  });

  test("/resume goes on with another conversation, in its file", async () => {
    const first = await session(numbered, ["one"]);
    const id = /--resume ([0-9a-z]+)/u.exec(first.stderr)?.[1];
    const second = await session(numbered, ["two", `/resume ${id}`, "three"], { place: first.place });
    expect(second.messages[1]).toEqual(["user: one", "assistant: answer 1", "user: three"]);
    expect(transcriptsOf(first.place)[0]).toContain("] Question:\nthree\n");
  });

  test("/save and /export replace no file, and name no option that a session does not have", async () => {
    const lines = ["one", "/save a.md", "/save a.md", "/export md b.md", "/export md b.md"];
    const { stderr } = await session(numbered, lines);
    expect(stderr).toContain(`${wordsOf("output_exists", { path: "a.md", inSession: true }).whole}\n`);
    expect(stderr).toMatch(patternOf(`${wordsOf("output_exists", { path: any, inSession: true }).whole}\n`));
    expect(stderr).not.toMatch(/EEXIST|--force|--transcript/u);
  });

  test("/cost says that tokens are unknown where no service counted them", async () => {
    const uncounted: Script = (_, index) =>
      index === 0 ? { body: [text("Hi"), finish(), done] } : answer(`answer ${index}`);
    const { stderr } = await session(uncounted, ["one", "/cost", "two", "/cost"]);
    const tokensUnknown = en.session.tokensUnknown({ requests: 1 });
    const costUnknown = en.session.spentUnknown({ requests: 1 });
    expect(stderr).toContain(
      [en.session.spent({ questions: 1, tokens: null, cost: null }), tokensUnknown, costUnknown, ""].join("\n"),
    );
    expect(stderr).toMatch(
      patternOf(
        `${en.session.spent({ questions: 2, tokens: { prompt: any, cached: any, completion: any }, cost: any })}\n${tokensUnknown}`,
      ),
    );
  });

  test("/history, /cost and /tokens tell of the conversation", async () => {
    const { stderr } = await session(numbered, ["/history", "one", "two", "/history", "/cost", "/tokens"]);
    expect(stderr).toContain(en.session.nothingSaid);
    expect(stderr).toMatch(/1\. one\n2\. two/u);
    // Twice as much in the hours in which DeepSeek charges its peak price.
    expect(stderr).toMatch(
      patternOf(
        en.session.spent({
          questions: 2,
          tokens: { prompt: "60", cached: "40", completion: "24" },
          cost: `¥0.000${any}`,
        }),
      ),
    );
    expect(stderr).toContain(en.context.used({ used: "37", window: "1,000,000", share: "0.0%", estimated: false }));
  });

  test("/file attaches files, patterns, and folders by their .gitignore", async () => {
    const place = newPlace();
    put(join(place.cwd, "notes.md"), "# Notes\n");
    put(join(place.cwd, "lib", ".gitignore"), "skipped.txt\n");
    put(join(place.cwd, "lib", "a.ts"), "export {};\n");
    put(join(place.cwd, "lib", "deep", "b.ts"), "let b;\n");
    put(join(place.cwd, "lib", "skipped.txt"), "no\n");
    put(join(place.cwd, "lib", "binary.bin"), Buffer.from([0, 1, 2]));
    const lines = [
      "/file lib",
      "/file notes.md",
      "see these, and mail me@example.com",
      "again @notes.md",
      "/file lib/*.ts",
      "pattern",
      "/file nowhere",
    ];
    const { messages, stderr } = await session(numbered, lines, { place });
    expect(messages[0]?.[0]).toBe(
      [
        "user: see these, and mail me@example.com",
        "lib/a.ts:\n```ts\nexport {};\n```",
        "lib/deep/b.ts:\n```ts\nlet b;\n```",
        "notes.md:\n```md\n# Notes\n```",
      ].join("\n\n"),
    );
    expect(messages[1]?.at(-1)).toBe("user: again @notes.md");
    expect(messages[2]?.at(-1)).toBe("user: pattern\n\nlib/a.ts:\n```ts\nexport {};\n```");
    expect(messages).toHaveLength(3);
    expect(stderr).toContain(en.session.filesAdded({ files: 2 }));
    expect(stderr).toContain(wordsOf("input_unreadable", { path: "nowhere", reason: "ENOENT" }).what);
  });

  test("/lang changes the program's own words at once", async () => {
    const { stderr } = await session(numbered, ["/lang zh", "/tokens", "/lang en", "/tokens", "/lang fr"]);
    const contextIn = (words: typeof en) => words.context.used({ used: any, estimated: true, window: any, share: any });
    const said = [zh.session.languageIs, contextIn(zh), en.session.languageIs, contextIn(en)];
    expect(stderr).toMatch(patternOf(said.join("\n")));
    expect(stderr).toContain(en.session.langHow);
  });

  test("an unknown command is not sent and names the nearest; //text sends a slash", async () => {
    const { stderr, messages } = await session(numbered, ["/modle", "/xyzzy", "//etc/hosts is what?"]);
    expect(stderr).toContain(en.session.unknownCommand({ name: "modle", nearest: "model" }));
    expect(stderr).toContain(en.session.unknownCommand({ name: "xyzzy", nearest: null }));
    expect(messages).toEqual([["user: /etc/hosts is what?"]]);
  });

  test("/help lists every command in groups", async () => {
    const { stderr } = await session(numbered, ["/help"]);
    for (const name of ["model", "retry", "copy", "export", "file", "lang", "quit"])
      expect(stderr).toContain(`  /${name}`);
    expect(stderr).toMatch(/Conversation\n[\s\S]*Answers\n[\s\S]*Model\n[\s\S]*Saved conversations\n/u);
  });

  test("/new begins another conversation and another file", async () => {
    const { messages, place } = await session(numbered, ["one", "/new", "two", "q"]);
    expect(messages[1]).toEqual(["user: two"]);
    expect(transcriptsOf(place)).toHaveLength(2);
  });
});
