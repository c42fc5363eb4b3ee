import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Engine } from "../../../src/app/engine.ts";
import { aichatFunctions } from "../../../src/app/tools/aichat-tools.ts";
import { projectTools } from "../../../src/app/tools/project-tools.ts";
import type { TrustQuestion } from "../../../src/app/trust/project-trust.ts";
import { outputText } from "../../../src/tools/tool-output.ts";
import type { Tool } from "../../../src/tools/tool.ts";
import { enter } from "../../support/app.ts";
import { newPlace, type Place, put } from "../../support/program.ts";

function script(path: string, text: string): void {
  put(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o700);
}

async function engineAt(place: Place, askTrust: (question: TrustQuestion) => Promise<boolean>): Promise<Engine> {
  enter(place);
  return await Engine.open({
    stop: new AbortController().signal,
    askTrust: async (_, question) => await askTrust(question),
  });
}

async function answer(tool: Tool | undefined, args: Record<string, unknown> = {}): Promise<string> {
  return outputText(await tool!.run(args, { signal: new AbortController().signal, onProgress() {} }));
}

describe("a project's tools", () => {
  test("are asked about with all that they consist of, and not run once that changed", async () => {
    const place = newPlace();
    const path = join(place.cwd, "tools", "hi.sh");
    script(path, "echo hi");
    put(join(place.cwd, "lib.py"), "print(1)\n");
    put(join(place.cwd, "tools", "hi.yaml"), "description: Hi\ncommand: [./hi.sh, lib.py]\napprove: allow\n");
    const asked: TrustQuestion[] = [];
    const engine = await engineAt(place, async (question) => asked.push(question) > 0);
    const { tools, failures } = await projectTools(engine);
    expect([tools.map(({ approval }) => approval), failures]).toEqual([["ask"], []]);
    expect(asked.map(({ kind, summary }) => [kind, summary])).toEqual([["tools", "hi: ./hi.sh lib.py"]]);
    for (const file of ["tools/hi.yaml", "tools/hi.sh", "lib.py"]) {
      expect(asked[0]!.content).toContain(readFileSync(join(place.cwd, file), "utf8"));
    }
    expect(await answer(tools[0])).toBe("hi\n");
    script(path, "echo evil");
    expect(await answer(tools[0])).toContain("changed");
    const again = await engineAt(place, async (question) => asked.push(question) < 0);
    expect([(await projectTools(again)).tools, asked.length]).toEqual([[], 2]);
  });
});

describe("aichat's functions", () => {
  const table = JSON.stringify([
    { name: "f", description: "F", parameters: { type: "object" } },
    { name: "of_agent", description: "A", parameters: {}, agent: true },
  ]);

  test.each([
    ["answer in a file", 'echo said; printf "got %s" "$1" > "$LLM_OUTPUT"', 'got {"a":"中 \\"文\\""}'],
    ["answer on stdout", "echo said", "said\n"],
    ["fail", "echo no >&2; exit 1", "The tool failed with exit code 1.\nstderr:\nno"],
    ["name another file", 'ln -s /etc/passwd "$LLM_OUTPUT"', "Its answer can't be read (ELOOP)."],
    ["call each other", "helper", "helped\n"],
  ])("%s", async (_, text, expected) => {
    const place = newPlace();
    const folder = join(place.home, "functions");
    put(join(folder, "functions.json"), table);
    script(join(folder, "bin", "f"), text);
    script(join(folder, "bin", "helper"), "echo helped");
    put(place.configFile, `tools: {aichat: ${folder}}\n`);
    const { tools } = await aichatFunctions(await engineAt(place, async () => false));
    expect(tools.map(({ definition }) => definition.name)).toEqual(["f"]);
    expect(await answer(tools[0], { a: '中 "文"' })).toBe(expected);
  });

  test.each([
    ["{}", "[{name, description, parameters}]"],
    ["[", "JSON"],
    ["[{}]", "[{name, description, parameters}]"],
  ])("that are %s cost a line", async (text, said) => {
    const place = newPlace();
    put(join(place.home, "functions", "functions.json"), text);
    put(place.configFile, `tools: {aichat: [${join(place.home, "functions")}, ${join(place.home, "none")}]}\n`);
    const { tools, failures } = await aichatFunctions(await engineAt(place, async () => false));
    const reasons = failures.map(({ details }) => (details as { reason: string }).reason);
    expect([tools, reasons]).toEqual([[], [expect.stringContaining(said), "ENOENT"]]);
  });
});
