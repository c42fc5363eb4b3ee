import { describe, expect, test } from "vitest";
import { toTranscript } from "../../../src/transcripts/format/decode.ts";
import { encodeExchange, encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { headerFacts, isId, isWritable, parseMetadata } from "../../../src/transcripts/format/metadata-read.ts";
import { metadataLine } from "../../../src/transcripts/format/metadata-write.ts";
import { parseTranscript, parsing } from "../../../src/transcripts/format/parse.ts";
import { findMarks, labelParts } from "../../../src/transcripts/format/scan.ts";
import { lastUse, turnsIn } from "../../../src/transcripts/format/turns.ts";
import { ending, expected, noon, turn } from "../../support/transcripts.ts";

const rule = "-".repeat(40);
const stamp = "[2026-11-20 12:00:00]";
const label = (name: string) => `${stamp} ${name}:\n`;
const at = "2026-11-20T12:00:00.000+00:00";
const turnOf = (id: string, more: object = {}) => `${metadataLine("turn", { id, at, ...more })}\n`;
const note = (kind: string, data: object) => `${metadataLine(kind, data)}\n\n`;
const header = (id: string, more: object = {}) => note("conversation", { id, started: at, ...more });
const whole = (id: string, more: object = {}) =>
  `${turnOf(id, more)}${label("Question")}q ${id}\n\n${label("Answer")}a ${id}\n\n${rule}\n${note("end", { status: "complete" })}`;
const questions = (text: string) => parseTranscript(text).exchanges.map(({ question }) => question);

describe("what stands around exchanges", () => {
  test("a second header changes neither the id nor the title of the conversation", () => {
    const read = parseTranscript(
      header("first", { title: "one" }) + whole("a") + header("second", { title: "two" }) + whole("b"),
    );
    expect(read.header).toMatchObject({ id: "first", title: "one" });
    expect(read.notes.title).toBe("one");
    expect(read.exchanges).toHaveLength(2);
  });

  test("a header that lacks what makes it one gives way to the next", () => {
    expect(parseTranscript(note("conversation", { id: "No id" }) + header("second")).header?.id).toBe("second");
    expect(parseTranscript(note("conversation", { id: "x" }) + whole("a")).header).toBeNull();
  });

  test("the newest name counts, and what is no name changes nothing", () => {
    const text = header("x", { title: "old" }) + note("title", { title: "new" });
    expect(parseTranscript(text).notes.title).toBe("new");
    expect(parseTranscript(text + note("title", { title: 7 }) + note("other", { title: "no" })).notes.title).toBe(
      "new",
    );
    expect(parseTranscript(text + note("title", { title: "newest" })).notes.title).toBe("newest");
    expect(parseTranscript(note("title", { title: "before" }) + header("x", { title: "old" })).notes.title).toBe(
      "before",
    );
  });

  test("an undone exchange is marked, the first of its id, and no other", () => {
    const text = whole("a") + whole("b") + whole("b");
    const undone = (more: string) => parseTranscript(text + more).exchanges.map(({ withdrawn }) => withdrawn);
    expect(undone("")).toEqual([false, false, false]);
    expect(undone(note("undo", { id: "b" }))).toEqual([false, true, false]);
    expect(undone(note("undo", { id: "c" }) + note("undo", {}) + note("undone", { id: "a" }))).toEqual([
      false,
      false,
      false,
    ]);
    expect(parseTranscript(note("undo", { id: "a" }) + whole("a")).exchanges[0]!.withdrawn).toBe(false);
  });

  test("the newest compaction that is one counts", () => {
    const first = { summary: "short", through: "a" };
    const compaction = (more: string) => parseTranscript(whole("a") + note("compact", first) + more).compaction;
    expect(compaction("")).toEqual(first);
    expect(compaction(note("compact", { summary: null, through: "b" }))).toEqual({ summary: null, through: "b" });
    expect(compaction(note("compact", { summary: "no" }) + note("compacted", { summary: "no", through: "b" }))).toEqual(
      first,
    );
  });

  test("a system prompt stays in force until one is named, and ends with null", () => {
    const text = whole("a", { system: "brief" }) + whole("b") + whole("c", { system: null }) + whole("d");
    const read = parseTranscript(text);
    expect(read.exchanges.map(({ system }) => system)).toEqual(["brief", "brief", null, null]);
    expect(read.system).toBeNull();
    expect(parseTranscript(whole("a", { system: "brief" }) + `${label("Question")}plain\n\n${rule}\n`)).toMatchObject({
      system: "brief",
      exchanges: [{ system: "brief" }, { system: null }],
    });
  });

  test("text by hand is passed over", () => {
    const read = parseTranscript(`notes\n${whole("a")}more notes\n\n${label("Answer")}nobody asked\n${whole("b")}end`);
    expect(read.exchanges.map(({ question, answer }) => [question, answer])).toEqual([
      ["q a", "a a"],
      ["q b", "a b"],
    ]);
    expect(read.tear).toBeNull();
    expect(parseTranscript("<!-- deepseek-chat turn {} -->\n").exchanges).toEqual([]);
  });

  test("the beginning, from which an id follows, is the first question's label and body", () => {
    expect(parseTranscript(whole("a") + whole("b")).beginning).toBe(`${stamp} Question:\nq a`);
    expect(parseTranscript(header("x")).beginning).toBeNull();
  });
});

describe("an exchange of ours", () => {
  test("has every section of the last trouble's name, and what its end line says", () => {
    const end = {
      status: "failed",
      error: { code: "c", message: "m" },
      answered: at,
      ended: at,
      cost: { currency: "USD", amount: 1 },
    };
    const text = `${turnOf("a")}${label("Question")}q\n\n${label("Thinking")}one\n\n${label("Thinking")}two\n\n${label("Interrupted")}i\n\n${label("Error")}e\n\n${rule}\n${note("end", end)}`;
    expect(parseTranscript(text).exchanges[0]).toMatchObject({
      question: "q",
      reasoning: "onetwo",
      answer: "",
      notice: "e",
      status: "failed",
      torn: false,
      error: { code: "c", message: "m" },
      cost: { currency: "USD", amount: 1 },
      images: [],
      seams: [],
      askedAt: new Date(at),
      answeredAt: new Date(at),
      endedAt: new Date(at),
    });
  });

  test("without end line shows by its sections how it ended", () => {
    const statusOf = (sections: string) => {
      const [exchange] = parseTranscript(
        `${turnOf("a")}${label("Question")}q\n\n${sections}${rule}\n\nnext\n`,
      ).exchanges;
      return [exchange!.status, exchange!.error, exchange!.notice];
    };
    expect(statusOf(`${label("Answer")}x\n\n`)).toEqual(["complete", null, null]);
    expect(statusOf(`${label("Answer")}\n\n`)).toEqual(["complete", null, null]);
    expect(statusOf(`${label("Interrupted")}i\n\n`)).toEqual(["interrupted", null, "i"]);
    expect(statusOf(`${label("Error")}e\n\n`)).toEqual(["failed", { code: "unknown", message: "e" }, "e"]);
  });

  test("takes the time of its answer from the label where no end line has it, in the offset of its turn", () => {
    const begun = `${turnOf("a", { at: "2026-11-20T12:00:00.000-03:00" })}${label("Question")}q\n\n`;
    const text = `${begun}[2026-11-20 12:00:05] Answer:\nx\n\n${rule}\n\nnext\n`;
    expect(parseTranscript(text).exchanges[0]!.answeredAt).toEqual(new Date("2026-11-20T15:00:05Z"));
    expect(parseTranscript(`${begun}${label("Thinking")}x\n\n${rule}\n`).exchanges[0]!.answeredAt).toBeNull();
  });

  test("is told from what its answer was taken for thinking", () => {
    const text = whole("a").replace('"complete"', '"complete","thinking_to":2');
    expect(parseTranscript(text).exchanges[0]).toMatchObject({ reasoning: "a ", answer: "a" });
  });

  test("without its rule ends where the next turn begins, its end line included", () => {
    const cut = `${turnOf("a")}${label("Question")}q a\n\n${label("Answer")}half\n\n`;
    const read = parseTranscript(cut + whole("b"));
    expect(read.exchanges.map(({ answer, status, torn }) => [answer, status, torn])).toEqual([
      ["half", "interrupted", false],
      ["a b", "complete", false],
    ]);
    const ended = parseTranscript(`${cut}${note("end", { status: "complete", finish_reason: "stop" })}${whole("b")}`);
    expect(ended.exchanges[0]).toMatchObject({ answer: "half", status: "complete", finishReason: "stop" });
    const named = parseTranscript(`${cut}${note("title", { title: "t" })}${whole("b")}`);
    expect(named.notes.title).toBe("t");
    expect(named.exchanges[0]!.answer).toBe("half");
    const text = parseTranscript(`${cut}${note("title", { title: "t" })}text\n${whole("b")}`);
    expect(text.exchanges[0]!.answer).toContain("text");
  });

  test("breaks off where the file ends, and its newlines are nobody's", () => {
    const read = parseTranscript(`${turnOf("a")}${label("Question")}q\n\n${label("Answer")}half\n`);
    expect(read.exchanges[0]).toMatchObject({ answer: "half", status: "interrupted", torn: true });
    expect(read.tear).toMatchObject({ missing: "rule", start: 0 });
  });

  test("with an end line behind other text has none", () => {
    const text = whole("a").replace(`${rule}\n`, `${rule}\nby hand\n`).replace('"complete"', '"failed"');
    expect(parseTranscript(text).exchanges[0]!.status).toBe("complete");
    const other = whole("a").replace("deepseek-chat end", "deepseek-chat ending").replace('"complete"', '"failed"');
    expect(parseTranscript(other).exchanges[0]!.status).toBe("complete");
  });
});

describe("an exchange of the older plain form", () => {
  const plain = (question: string, answer: string, more = "") =>
    `${label("Question")}${question}\n\n${label("Answer")}${answer}\n\n${more}${rule}\n\n`;

  test("that was not answered has no sections, though it has a label for the answer", () => {
    const [failed] = parseTranscript(plain("q", "")).exchanges;
    expect(failed).toMatchObject({ status: "failed", answer: "", sections: null });
  });

  test("undoes no escape and keeps what looks like a label", () => {
    const [exchange] = parseTranscript(
      plain(`q ${rule}\\`, `x \u27eaU+001B\u27eb\n${label("Answer")}y\n${label("Tool")}z`),
    ).exchanges;
    expect(exchange).toMatchObject({
      id: null,
      model: null,
      status: "complete",
      torn: false,
      thinking: null,
      sampling: {},
      question: `q ${rule}\\`,
      answer: `x \u27eaU+001B\u27eb\n${label("Answer")}y\n${label("Tool")}z`,
    });
  });

  test("reaches to the next question behind an empty line, a rule or metadata", () => {
    expect(questions(plain("one", "a") + plain("two", "b"))).toEqual(["one", "two"]);
    expect(questions(plain("one", `a\n${label("Question")}no`))).toEqual(["one"]);
    expect(questions(plain("one", `a\n\n${label("Question")}yes`))).toEqual(["one", "yes"]);
    expect(questions(`${plain("one", "a").trimEnd()}\n${plain("two", "b")}`)).toEqual(["one", "two"]);
    expect(questions(`${plain("one", "a")}${metadataLine("title", { title: "t" })}\n${plain("two", "b")}`)).toEqual([
      "one",
      "two",
    ]);
    expect(questions(`${label("Question")}${label("Question")}two\n`)).toHaveLength(1);
  });

  test("is ended by its last rule, and text behind that is ignored", () => {
    const [exchange] = parseTranscript(plain("q", `a\n${rule}\nb`, "").replace(/\n$/, "ignored\n")).exchanges;
    expect(exchange).toMatchObject({ answer: `a\n${rule}\nb`, status: "complete" });
  });

  test("has the first thinking and the first answer", () => {
    const [exchange] = parseTranscript(
      `${label("Question")}q\n\n${label("Thinking")}t\n\n${label("Answer")}a\n\n${label("Thinking")}u\n\n${rule}\n`,
    ).exchanges;
    expect(exchange).toMatchObject({ question: "q", reasoning: "t", answer: `a\n\n${label("Thinking")}u` });
    expect(
      parseTranscript(`${label("Question")}q\n\n${label("Error")}e\n\n${rule}\n`).exchanges[0]!.question,
    ).toContain("Error");
  });

  test("has also an error and an interruption where an end line follows", () => {
    const text = `${label("Question")}q\n\n${label("Thinking")}t\n\n${label("Answer")}a\n\n${label("Error")}e\n\n${rule}\n${note("end", { status: "failed" })}`;
    expect(parseTranscript(text).exchanges[0]).toMatchObject({
      reasoning: "t",
      answer: "a",
      notice: "e",
      status: "failed",
    });
    const other = text.replace("Error:", "Interrupted:").replace('"failed"', '"interrupted"');
    expect(parseTranscript(other).exchanges[0]).toMatchObject({ answer: "a", notice: "e", status: "interrupted" });
  });

  test.each([
    ["an error in its last paragraph", "so far\n\n\u8bf7\u6c42\u9519\u8bef: 429 x", "so far", "429 x"],
    ["with a wide colon", "\u8bf7\u6c42\u9519\u8bef\uff1a429", "", "429"],
    ["in the last paragraph's second line", "so\nfar\n\u8bf7\u6c42\u9519\u8bef: 429", "so\nfar", "429"],
  ])("failed with %s", (_, answer, kept, message) => {
    expect(parseTranscript(plain("q", answer)).exchanges[0]).toMatchObject({
      answer: kept,
      status: "failed",
      notice: message,
      torn: false,
      error: { code: "unknown", message },
    });
  });

  test.each([
    "\u8bf7\u6c42\u9519\u8bef is a word",
    "about \u8bf7\u6c42\u9519\u8bef: x",
    "\u8bf7\u6c42\u9519\u8bef: x\n\nbut then",
    "\u8bf7\u6c42\u9519\u8bef\u8bf7\u6c42\u9519\u8bef: x",
  ])("that says %j has not failed", (answer) => {
    expect(parseTranscript(plain("q", answer)).exchanges[0]).toMatchObject({
      answer,
      status: "complete",
      notice: null,
    });
  });

  test("without answer failed, by an error behind its question too, unless it asks about one", () => {
    expect(parseTranscript(plain("q", "")).exchanges[0]).toMatchObject({
      status: "failed",
      error: null,
    });
    expect(parseTranscript(plain("q", " \n ")).exchanges[0]!.status).toBe("failed");
    expect(parseTranscript(plain("q\n\n\u8bf7\u6c42\u9519\u8bef: 401", "")).exchanges[0]).toMatchObject({
      question: "q",
      notice: "401",
    });
    expect(parseTranscript(plain("\u8bf7\u6c42\u9519\u8bef: what?", "")).exchanges[0]).toMatchObject({
      question: "\u8bf7\u6c42\u9519\u8bef: what?",
    });
  });

  test("without rule was interrupted", () => {
    expect(
      parseTranscript(`${label("Question")}q\n\n${label("Answer")}a\n\n${plain("two", "b")}`).exchanges[0],
    ).toMatchObject({ answer: "a", status: "interrupted", torn: false });
    const read = parseTranscript(`${label("Question")}q\n\n${label("Answer")}a\n\n\n`);
    expect(read.exchanges[0]).toMatchObject({ answer: "a", status: "interrupted", torn: true });
    expect(read.tear).toMatchObject({ missing: "nothing" });
    expect(
      parseTranscript(`${label("Question")}q\n\n${label("Answer")}x\n\n\u8bf7\u6c42\u9519\u8bef: 1`).exchanges[0],
    ).toMatchObject({ status: "failed", torn: false });
  });
});

describe("lines of structure", () => {
  test("are labels of one capitalised word, rules of forty, and metadata in one comment", () => {
    const word = `Q${"u".repeat(30)}`;
    const text = `${stamp} Question:\n${stamp} ${word}:\n${rule}\n<!-- deepseek-chat x {} -->  \n${stamp} Answer:`;
    expect(findMarks(text).map(({ type, terminated }) => [type, terminated])).toEqual([
      ["label", true],
      ["label", true],
      ["rule", true],
      ["metadata", true],
      ["label", false],
    ]);
    expect(findMarks(`${stamp} Question:\nx`)[0]).toEqual({
      type: "label",
      line: `${stamp} Question:`,
      start: 0,
      end: 32,
      terminated: true,
    });
    for (const none of [
      `x${stamp} Question:\n`,
      `${stamp} ${word}u:\n`,
      `${stamp} Question: \n`,
      `${rule}-\n`,
      `${rule.slice(1)}\n`,
      "<!-- deepseek-chat x {} --> x\n",
      "<!-- other -->\n",
      "\n",
      `<x>${rule}`,
    ])
      expect(findMarks(none)).toEqual([]);
    expect(labelParts(`${stamp} Answer:`)).toEqual({ stamp: "2026-11-20 12:00:00", name: "Answer" });
    expect(labelParts("no label")).toEqual({ stamp: "", name: "" });
    expect(labelParts(`x${stamp} Answer:`).name).toBe("");
  });

  test.each([
    "<!-- deepseek-chat turn {} --",
    "<!-- deepseek-chat turn -->",
    "<!-- deepseek-chat {} -->",
    "<!-- deepseek-chat Turn {} -->",
    "<!-- deepseek-chat 1turn {} -->",
    "<!-- deepseek-chat turn1 {} -->",
    "<!-- deepseek-chat turn [1] -->",
    "<!-- deepseek-chat turn  {} -->",
    '<!-- deepseek-chat turn {"a":} -->',
    `<!-- deepseek-chat ${"t".repeat(41)} {} -->`,
    " <!-- deepseek-chat turn {} -->",
    "<!-- deepseek-text turn {} -->",
  ])("%j is no metadata", (line) => {
    expect(parseMetadata(line)).toBeNull();
  });

  test("metadata may have blanks behind it", () => {
    expect(parseMetadata('<!-- deepseek-chat turn {"a":1} -->  \r')).toEqual({ kind: "turn", data: { a: 1 } });
  });

  test("are read in steps, so that a long file holds nothing up", () => {
    const text = whole("a").repeat(300);
    let steps = 0;
    const reading = parsing(text);
    let step = reading.next();
    for (; step.done !== true; step = reading.next()) steps++;
    expect(step.value.exchanges).toHaveLength(300);
    expect(steps).toBeGreaterThan(1);
    expect(steps).toBeLessThan(10);
    expect([...parsing("x\n".repeat(25_000))]).toHaveLength(2);
  });
});

describe("metadata of other forms", () => {
  const read = (more: object, end: object = {}) =>
    parseTranscript(`${turnOf("a", more)}${label("Question")}q\n\n${rule}\n${note("end", end)}`).exchanges[0]!;

  test("counts as unknown and touches nothing else", () => {
    const odd = read(
      {
        provider: 7,
        model: "m",
        sampling: "hot",
        thinking: { enabled: true, effort: "huge" },
        images: "none",
        continues: [],
        edits: 1,
        system: 3,
      },
      {
        status: "well",
        usage: {},
        cost: { currency: "dollars", amount: 1 },
        error: "no",
        first_token_ms: 1e16,
        answered: "soon",
        seams: 1,
        thinking_to: -1,
        finish_reason: "stop",
      },
    );
    expect(odd).toMatchObject({
      id: "a",
      provider: null,
      model: "m",
      sampling: {},
      thinking: { enabled: true, effort: null },
      images: [],
      continues: null,
      edits: null,
      system: null,
      status: "complete",
      usage: null,
      cost: null,
      error: null,
      firstTokenMs: null,

      answeredAt: null,
      seams: [],
      finishReason: "stop",
    });
    expect(read({ at: "soon", model: "m" })).toMatchObject({ model: "m" });
    for (const currency of ["US", "USDX", "usd", "xUSD", "1"])
      expect(read({}, { cost: { currency, amount: 1 } }).cost).toBeNull();
  });

  test("of a kind that is known is kept", () => {
    const sampling = {
      temperature: 0.5,
      top_k: 3,
      seed: -1,
      stop: ["x"],
      response_format: { type: "json" },
      body: { a: [1] },
    };
    expect(read({ sampling }).sampling).toEqual(sampling);
    expect(read({ sampling: { response_format: "json" } }).sampling).toEqual({ response_format: "json" });
    expect(read({ sampling: { temperature: "hot", stop: "x", body: 1, top_p: 1 } }).sampling).toEqual({ top_p: 1 });
    for (const effort of ["low", "high", "max"] as const)
      expect(read({ thinking: { enabled: false, effort } }).thinking).toEqual({ enabled: false, effort });
    for (const status of ["complete", "interrupted", "failed"]) expect(read({}, { status }).status).toBe(status);
    for (const how of ["prefix", "asked", "again"]) {
      const seam = { at: 1, how, provider: "p", model: "m", code: "c" };
      expect(read({}, { seams: [seam] }).seams).toEqual([seam]);
    }
    expect(read({}, { first_token_ms: -1e15 }).firstTokenMs).toBe(-1e15);
    expect(read({}, { answered_by: { provider: "p", model: "m" } }).answeredBy).toEqual({ provider: "p", model: "m" });
    expect(read({}, { answered_by: { provider: "p" } }).answeredBy).toBeNull();
  });

  test("a header needs an id and a time", () => {
    const full = { id: "ab1", started: at, zone: "UTC", title: "t", origin: { id: "o", turns: 2 } };
    expect(headerFacts(full)).toEqual({
      id: "ab1",
      startedAt: new Date(at),
      zone: "UTC",
      title: "t",
      origin: { id: "o", turns: 2 },
    });
    expect(headerFacts({ ...full, zone: 1, title: [], origin: { id: "o" } })).toMatchObject({
      zone: null,
      title: null,
      origin: null,
    });
    for (const wrong of [{ ...full, id: undefined }, { ...full, started: "soon" }, { ...full, id: "A" }, null, 7])
      expect(headerFacts(wrong)).toBeNull();
    for (const id of ["a", "0".repeat(40)]) expect(isId(id)).toBe(true);
    for (const id of ["", "a b", "-a", "a-", "0".repeat(41)]) expect(isId(id)).toBe(false);
  });

  test("a time is one that a label can hold", () => {
    for (const time of ["0001-01-02T00:00:00Z", "9999-12-30T23:59:59Z"]) expect(isWritable(new Date(time))).toBe(true);
    for (const time of ["0001-01-01T23:59:59Z", "9999-12-31T00:00:00Z", "x"])
      expect(isWritable(new Date(time))).toBe(false);
  });
});

describe("a conversation", () => {
  const course = {
    id: "aaaaaaaa",
    turn: turn("first line\nsecond"),
    pieces: [{ name: "Answer" as const, text: "x" }],
    pieceAt: noon,
    ending: ending(),
  };
  const exchange = expected(course);

  test("takes its title, time and zone from its header, else from its first question", () => {
    const bare = toTranscript("/p", parseTranscript(encodeExchange(exchange, null)))!;
    expect(bare).toMatchObject({
      path: "/p",
      title: "first line",
      startedAt: noon,
      zone: null,
      origin: null,
      torn: false,
      compaction: null,
    });
    expect(bare.id).toMatch(/^[0-9a-z]{8}$/);
    const text = encodeTranscript(
      { id: "x", startedAt: new Date(0), zone: "UTC", title: "named\nit", origin: { id: "o", turns: 1 } },
      [exchange],
    );
    const named = toTranscript("/p", parseTranscript(text))!;
    expect(named).toMatchObject({
      id: "x",
      title: "named",
      startedAt: new Date(0),
      zone: "UTC",
      origin: { id: "o", turns: 1 },
    });
    expect(named.exchanges).toEqual([exchange]);
    expect(toTranscript("/p", parseTranscript(text.slice(0, -30)))!.torn).toBe(true);
    expect(toTranscript("/p", parseTranscript(text.slice(0, 10)))).toBeNull();
  });

  test("written anew keeps what was undone, and a compaction only with the exchange it reaches to", () => {
    const header = { id: "x", startedAt: noon, zone: null, title: null, origin: null };
    const undone = { ...exchange, withdrawn: true };
    expect(parseTranscript(encodeTranscript(header, [undone])).exchanges).toEqual([undone]);
    expect(encodeExchange({ ...undone, id: null }, null)).not.toContain("undo");
    const second = { ...exchange, id: "bbbbbbbb" };
    for (const through of ["aaaaaaaa", "bbbbbbbb"]) {
      const compaction = { summary: "s", through };
      expect(parseTranscript(encodeTranscript(header, [exchange, second], compaction)).compaction).toEqual(compaction);
    }
    expect(encodeTranscript(header, [exchange], { summary: "s", through: "cccccccc" })).not.toContain("compact");
    const unended = { ...exchange, endedAt: null, firstTokenMs: null };
    expect(parseTranscript(encodeTranscript(header, [unended])).exchanges).toEqual([unended]);
    const broken = { ...exchange, status: "interrupted" as const, notice: "by hand" };
    expect(encodeTranscript(header, [broken])).toContain("Interrupted:\nby hand");
  });

  test("has the turns that stand, what continues an answer within that of the answer", () => {
    const counted = (...list: readonly [withdrawn: boolean, continues: string | null][]) =>
      turnsIn(list.map(([withdrawn, continues]) => ({ withdrawn, continues })));
    expect(counted()).toBe(0);
    expect(counted([false, null], [false, "a"], [false, null])).toBe(2);
    expect(counted([false, "gone"], [false, "a"])).toBe(1);
    expect(counted([true, null], [false, null], [true, "b"])).toBe(1);
  });

  test("was used last when its last exchange ended, else was answered or asked, or when it was begun", () => {
    const [asked, answered, ended] = [new Date(1000), new Date(2000), new Date(3000)];
    const last = { ...exchange, askedAt: asked, answeredAt: answered, endedAt: ended };
    expect(lastUse([exchange, last], new Date(500))).toBe(3000);
    expect(lastUse([{ ...last, endedAt: null }], null)).toBe(2000);
    expect(lastUse([{ ...last, endedAt: null, answeredAt: null }], null)).toBe(1000);
    expect(lastUse([last], new Date(4000))).toBe(4000);
    expect(lastUse([], new Date(4000))).toBe(4000);
    expect(lastUse([], null)).toBeNull();
    expect(lastUse([{ ...last, endedAt: new Date(0) }], null)).toBeNull();
  });
});
