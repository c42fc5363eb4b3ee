import { join } from "node:path";
import { type ChatCompletionRequest, LLMock } from "@copilotkit/aimock";
import { expect, test } from "vitest";
import { askingAt, newPlace, put, run, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

/** Tells the weather of a city; of Kunming nothing is known. */
const weather = `
let text = "";
process.stdin.setEncoding("utf8").on("data", (piece) => (text += piece)).on("end", () => {
  const { city } = JSON.parse(text);
  if (city === "昆明") { console.error("no station in " + city); process.exit(3); }
  console.log(city + ": 12 °C, rain");
});
`;
const config = (folder: string) => `
tools:
  weather:
    description: Tells the weather of a city
    parameters: {type: object, properties: {city: {type: string}}, required: [city]}
    command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(join(folder, "weather.cjs"))}]
    approve: allow
`;

const callOf = (city: string, id: string) => ({ name: "weather", arguments: JSON.stringify({ city }), id });
const resultsIn = ({ messages }: ChatCompletionRequest) => messages.filter(({ role }) => role === "tool").length;
const beginning = "Two more cities, in the south of the country, ";

/** Somebody else's server: two calls, two more in an answer that breaks off before them, and an answer. */
async function weatherService() {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  const isRest = (request: ChatCompletionRequest) => "prefix" in request;
  mock.on(
    { predicate: (request) => resultsIn(request) === 0 },
    { content: "I look.", reasoning: "Two cities.", toolCalls: [callOf("上海", "c1"), callOf("北京", "c2")] },
  );
  mock.on(
    { predicate: (request) => resultsIn(request) === 2 && !isRest(request) },
    { content: `${beginning}are missing.` },
    { chunkSize: beginning.length, truncateAfterChunks: 3, latency: 5 },
  );
  mock.on(
    { predicate: (request) => resultsIn(request) === 2 && isRest(request) },
    { content: "are missing.", toolCalls: [callOf("广州", "c1"), callOf("昆明", "c4")] },
  );
  mock.on(
    { predicate: (request) => resultsIn(request) === 4 },
    { content: "Rain **everywhere**.", reasoning: "All wet." },
  );
  await mock.start();
  return mock;
}

test("a turn of three rounds, two calls each, one answer cut and continued, is saved, resumed elsewhere and exported", async () => {
  const place = newPlace();
  put(join(place.cwd, "weather.cjs"), weather);
  put(place.configFile, config(place.cwd));
  const mock = await weatherService();
  const env = { SILICONFLOW_API_KEY: "sk-0123456789abcdef", SILICONFLOW_BASE_URL: `${mock.url}/v1` };
  const { code, stdout } = await run(["-p", "siliconflow", "chat"], {
    place,
    env,
    input: "Where does it rain?\nq\n",
  });
  const requests = mock.getRequests().map(({ body }) => body as ChatCompletionRequest);
  await mock.stop();
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `I look.\n\n${beginning}are missing.\n\nRain **everywhere**.\n`,
  });
  expect(requests.map(resultsIn)).toEqual([0, 2, 2, 4]);
  expect(requests.map(({ tools }) => tools?.length)).toEqual([1, 1, 1, 1]);

  const first = {
    role: "assistant",
    content: "I look.",
    tool_calls: [
      { id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"上海"}' } },
      { id: "c2", type: "function", function: { name: "weather", arguments: '{"city":"北京"}' } },
    ],
  };
  const second = {
    role: "assistant",
    content: `${beginning}are missing.`,
    // The service gave an id a second time.
    tool_calls: [
      { id: "c1_2", type: "function", function: { name: "weather", arguments: '{"city":"广州"}' } },
      { id: "c4", type: "function", function: { name: "weather", arguments: '{"city":"昆明"}' } },
    ],
  };
  const expected = [
    { role: "user", content: "Where does it rain?" },
    first,
    { role: "tool", tool_call_id: "c1", content: "上海: 12 °C, rain\n" },
    { role: "tool", tool_call_id: "c2", content: "北京: 12 °C, rain\n" },
    second,
    { role: "tool", tool_call_id: "c1_2", content: "广州: 12 °C, rain\n" },
    { role: "tool", tool_call_id: "c4", content: expect.stringContaining("no station in 昆明") as string },
  ];
  expect(requests[3]!.messages).toMatchObject(expected);

  await using other = await serve([answer("Yes.")]);
  await run(["ask", "-c", "-p", "deepseek", "Sure?"], { place, env: askingAt(other) });
  const resumed = other.body()["messages"];
  expect(resumed).toMatchObject([
    ...expected,
    { role: "assistant", content: "Rain **everywhere**.", reasoning_content: "All wet." },
    { role: "user", content: "Sure?" },
  ]);
  // Elsewhere thinking is sent with each answer, empty where there was none; all else is what was sent before.
  expect((resumed as object[]).slice(0, expected.length)).toMatchObject(requests[3]!.messages);

  const [transcript = ""] = transcriptsOf(place);
  expect(
    transcript
      .match(/\] (?:Thinking|Answer|Call|Result):$/gmu)
      ?.map((label) => label.slice(2, -1))
      .join(" "),
  ).toBe("Thinking Answer Call Call Result Result Answer Call Call Result Result Thinking Answer Answer");
  const exported = async (form: string) =>
    (await run(["transcripts", "export", "last", "--to", form], { place })).stdout;
  const [line] = (await exported("jsonl")).split("\n");
  expect((JSON.parse(line!) as { messages: object[] }).messages.slice(0, expected.length)).toMatchObject(expected);
  for (const form of ["md", "html"]) {
    const page = await exported(form);
    for (const part of ["weather", "昆明", "no station in 昆明", "are missing."]) expect(page).toContain(part);
  }
});
