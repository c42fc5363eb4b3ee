import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, put } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { acted, hostileLines, hostileName, hostilePlace, hostileText } from "./acting.ts";

const commands: Record<string, readonly string[]> = {
  list: ["transcripts", "list"],
  "list as JSON": ["transcripts", "list", "--json"],
  show: ["transcripts", "show", "last"],
  "show by name": ["transcripts", "show", `${hostileName}.md`],
  "show --raw": ["transcripts", "show", `${hostileName}.md`, "--raw"],
  "show --json": ["transcripts", "show", `${hostileName}.md`, "--json"],
  "show of what is not there": ["transcripts", "show", hostileName],
  search: ["transcripts", "search", "red"],
  "search for what acts": ["transcripts", "search", "\u001b[31mred"],
  "search by pattern": ["transcripts", "search", "--regex", "owe.*nothing"],
  "search with the lines around": ["transcripts", "search", "--regex", "^code$"],
  "search as JSON": ["transcripts", "search", "--json", "red"],
  "a pattern that is none": ["transcripts", "search", "--regex", `(${hostileName}`],
  path: ["transcripts", "path", `${hostileName}.md`],
  rename: ["transcripts", "rename", `${hostileName}.md`, hostileName],
  "remove --yes": ["transcripts", "remove", "--yes", `${hostileName}.md`],
  "export to Markdown": ["transcripts", "export", "last"],
  "export to text": ["transcripts", "export", "last", "--to", "txt"],
  "export to HTML": ["transcripts", "export", "last", "--to", "html"],
  "export to JSON": ["transcripts", "export", "last", "--to", "json"],
  "export to JSON Lines": ["transcripts", "export", "last", "--to", "jsonl"],
  "export to a file": ["transcripts", "export", "last", "-o", `${hostileName}.out`],
  import: ["transcripts", "import", hostileName, `${hostileName}.json`, `${hostileName} of nothing`],
  "a file that is not there": ["ask", "-f", `${hostileName} of nothing`, "hi"],
  "a role that is not there": ["ask", "-r", hostileName, "hi"],
  "a transcript that cannot be": ["ask", "--transcript", `/nowhere/${hostileName}`, "hi"],
  "an option that is none": ["ask", `--${hostileName}`, "hi"],
  "a command that is none": ["transcripts", hostileName],
  "a value that is none": ["ask", "-T", hostileName, "hi"],
  "a language that is none": ["ask", "--lang", hostileName, "hi"],
  "a provider that is none": ["ask", "-p", hostileName, "hi"],
  "a model": ["ask", "-m", hostileName, "hi"],
  models: ["models"],
  balance: ["balance"],
  doctor: ["doctor"],
  "doctor that asks": ["doctor", "--probe", "-m", hostileName],
};

describe.concurrent("a command on a terminal", () => {
  test.each(Object.keys(commands))("%s", async (name) => {
    await using server = await serve(({ path }) => {
      if (path.endsWith("/models"))
        return refusal(200, { object: "list", data: hostileLines.map((id) => ({ id, owned_by: id })) });
      if (path.endsWith("/balance")) {
        const amounts = { total_balance: hostileName, granted_balance: "1.0", topped_up_balance: hostileName };
        return refusal(200, { is_available: true, balance_infos: [{ currency: hostileName, ...amounts }] });
      }
      return answer("yes");
    });
    const place = hostilePlace();
    await using terminal = openProgram(commands[name]!, {
      place,
      env: { ...askingAt(server), PAGER: "cat" },
      cols: 200,
    });
    const { code } = await terminal.exit;
    expect(acted(terminal.raw)).toEqual([]);
    expect(code).not.toBe(1);
    expect(terminal.scrollback()).not.toBe("");
  });
});

const settings: Record<string, { args: string[]; env?: Record<string, string>; config?: string }> = {
  "config list": {
    args: ["config", "list"],
    config: `model: ${JSON.stringify(hostileText)}\nroles: {${JSON.stringify(hostileName)}: x}\n`,
  },
  "config get": { args: ["config", "get", "model"], config: `model: ${JSON.stringify(hostileText)}\n` },
  "config set": { args: ["config", "set", "model", hostileName] },
  "a setting that is none": { args: ["config", "set", hostileName, "x"] },
  "a config file with a setting that is none": {
    args: ["config", "list"],
    config: `${JSON.stringify(hostileName)}: 1\n`,
  },
  "a broken config file": { args: ["ask", "hi"], config: `a: [${hostileText}\n` },
  "a wrong value in it": { args: ["ask", "hi"], config: `temperature: ${JSON.stringify(hostileText)}\n` },
  "an endpoint in it": {
    args: ["ask", "hi"],
    config: `providers: {deepseek: {base_url: ${JSON.stringify(hostileName)}}}\n`,
  },
  "a variable": { args: ["config", "list"], env: { DEEPSEEK_CHAT_MODEL: hostileName } },
  "a model in a variable": { args: ["ask", "hi"], env: { DEEPSEEK_CHAT_MODEL: hostileName } },
  "an endpoint in a variable": { args: ["ask", "hi"], env: { DEEPSEEK_BASE_URL: hostileName } },
  "a proxy in a variable": { args: ["ask", "hi"], env: { HTTPS_PROXY: hostileName } },
  "a folder in a variable": {
    args: ["transcripts", "list"],
    env: { DEEPSEEK_CHAT_TRANSCRIPTS: `/nowhere/${hostileName}` },
  },
  "a config file's own name": { args: ["config", "path"], env: { DEEPSEEK_CHAT_CONFIG: `/nowhere/${hostileName}` } },
  "doctor of all of it": {
    args: ["doctor", "--verbose"],
    env: {
      DEEPSEEK_CHAT_MODEL: hostileName,
      HTTPS_PROXY: hostileName,
      DEEPSEEK_CHAT_TRANSCRIPTS: `/nowhere/${hostileName}`,
    },
    config: `temperature: ${JSON.stringify(hostileText)}\n${JSON.stringify(hostileName)}: 1\n`,
  },
};

describe.concurrent("a setting", () => {
  test.each(Object.keys(settings))("%s", async (name) => {
    const { args, env = {}, config = "" } = settings[name]!;
    const place = newPlace();
    put(place.configFile, config);
    const own = { DEEPSEEK_API_KEY: "sk-0123456789abcdef", DEEPSEEK_BASE_URL: "http://127.0.0.1:1" };
    await using terminal = openProgram(args, { place, env: { ...own, ...env }, cols: 200 });
    const { code } = await terminal.exit;
    expect(acted(terminal.raw)).toEqual([]);
    expect(code).not.toBe(1);
  });
});
