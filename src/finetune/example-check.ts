import { type JsonFields, isJsonObject } from "./json-fields.ts";
import type { ExampleForm, LineProblem } from "./line-problem.ts";
import { checkMessages, type OnProblem, problemList } from "./message-check.ts";

/** An example that was looked at. */
export interface CheckedExample {
  /** Null where it cannot be told. */
  readonly form: ExampleForm | null;
  readonly problems: readonly LineProblem[];
  /** All that a model reads and learns of it. */
  readonly text: string;
  readonly messages: number;
  /** The same for every example that says the same; null where it is none. */
  readonly identity: string | null;
}

/** JsonFields that stand beside the example itself, by its form. */
const known: Readonly<Record<ExampleForm, readonly string[]>> = {
  chat: ["messages", "tools", "parallel_tool_calls", "functions", "response_format"],
  completion: ["prompt", "completion"],
  preference: ["input", "preferred_output", "non_preferred_output"],
};

/** Looks at an example, one line of a training file. */
export function checkExample(line: string): CheckedExample {
  const { problems, onProblem } = problemList();
  const none = { form: null, problems, text: "", messages: 0, identity: null };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    onProblem("not_json", "", error instanceof Error ? withoutLine(error.message).slice(0, 120) : "");
    return none;
  }
  if (!isJsonObject(value)) {
    onProblem("not_object", "");
    return none;
  }
  const form = formOf(value);
  if (form === null) {
    onProblem("no_example", "", Object.keys(value).slice(0, 8).join(", ").slice(0, 80));
    return none;
  }
  for (const name of Object.keys(value)) {
    if (!known[form].includes(name)) onProblem("unknown_field", "", name.slice(0, 40));
  }
  const { texts, count } = readers[form](value, onProblem);
  return { form, problems, text: texts.join("\n"), messages: count, identity: JSON.stringify(value) };
}

/** What the parser says, without a line number: it would be that of the line alone, not of the file. */
function withoutLine(message: string): string {
  return message.replace(/ \(line \d+ column \d+\)$/u, "");
}

function formOf(value: JsonFields): ExampleForm | null {
  if ("messages" in value) return "chat";
  if ("preferred_output" in value || "non_preferred_output" in value) return "preference";
  return "prompt" in value && "completion" in value ? "completion" : null;
}

interface ReadExample {
  readonly texts: readonly string[];
  readonly count: number;
}

const readers: Readonly<Record<ExampleForm, (value: JsonFields, onProblem: OnProblem) => ReadExample>> = {
  chat: (value, onProblem) => {
    const tools = toolNames(value, "", onProblem);
    const { texts, count } = checkMessages(value["messages"], "messages", tools.names, true, onProblem);
    return { texts: [...tools.texts, ...texts], count };
  },
  completion: ({ prompt, completion }, onProblem) => {
    for (const [name, text] of Object.entries({ prompt, completion })) {
      if (typeof text !== "string") onProblem("bad_content", name);
      else if (text === "" || (name === "completion" && text.trim() === "")) onProblem("empty_text", name);
    }
    return { texts: [prompt, completion].filter((text) => typeof text === "string"), count: 2 };
  },
  preference: ({ input, preferred_output: better, non_preferred_output: worse }, onProblem) => {
    const fields = isJsonObject(input) ? input : {};
    const tools = toolNames(fields, "input.", onProblem);
    const asked = checkMessages(fields["messages"], "input.messages", tools.names, false, onProblem);
    const answers = Object.entries({ preferred_output: better, non_preferred_output: worse }).map(([name, answer]) => {
      if (
        Array.isArray(answer) &&
        answer.length === 1 &&
        isJsonObject(answer[0]) &&
        answer[0]["role"] === "assistant"
      ) {
        // It answers what stands in the input.
        return checkMessages(
          [{ role: "user", content: "-" }, answer[0]],
          name,
          tools.names,
          true,
          onProblem,
        ).texts.slice(1);
      }
      onProblem("no_answer", name);
      return [];
    });
    return { texts: [...tools.texts, ...asked.texts, ...answers.flat()], count: asked.count + 2 };
  },
};

interface ListedTools {
  /** Null where the line lists none. */
  readonly names: ReadonlySet<string> | null;
  readonly texts: readonly string[];
}

function toolNames({ tools, functions }: JsonFields, lead: string, onProblem: OnProblem): ListedTools {
  const given = tools ?? functions;
  if (given === undefined || given === null) return { names: null, texts: [] };
  if (!Array.isArray(given)) {
    onProblem("bad_tools", `${lead}tools`);
    return { names: null, texts: [] };
  }
  const names = new Set<string>();
  for (const [index, tool] of given.entries()) {
    const described = isJsonObject(tool) && isJsonObject(tool["function"]) ? tool["function"] : tool;
    const { name, parameters = {} } = isJsonObject(described) ? described : {};
    if (typeof name === "string" && name !== "" && isJsonObject(parameters)) names.add(name);
    else onProblem("bad_tools", `${lead}tools[${index}]`);
  }
  return { names, texts: [JSON.stringify(given)] };
}
