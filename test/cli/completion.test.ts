import { execFile } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { askingAt, environment, launcher, newPlace, type Place, put, run } from "../support/program.ts";
import { openTerminal, type PtyTerminal } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { hasProgram } from "../support/system-programs.ts";

const bashCompletion = "/usr/share/bash-completion/bash_completion";

/** Runs a shell that finds the program as `deepseek-chat`, with its completion script at `$SCRIPT`. */
async function inShell(shell: string, args: readonly string[]): Promise<string> {
  const place = newPlace();
  const { stdout: script } = await run(["completion", shell], { place });
  const folder = join(place.home, "bin");
  put(join(folder, "deepseek-chat"), `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
  chmodSync(join(folder, "deepseek-chat"), 0o755);
  put(join(place.home, "script"), script);
  const env = variables(place, folder);
  const { stdout } = await promisify(execFile)(shell, args, { env, cwd: place.cwd, timeout: 240_000 });
  return stdout;
}

function variables(place: Place, folder: string): Record<string, string> {
  const env = environment(place);
  return { ...env, PATH: `${folder}${delimiter}${env["PATH"]}`, SCRIPT: join(place.home, "script") };
}

const bash = (line: string) => [
  "--norc",
  "-c",
  `source ${bashCompletion}; source "$SCRIPT"; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(${line}${line.endsWith(" ") ? " ''" : ""}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); __deepseek_chat_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
];
const fish = (line: string) => ["--no-config", "-c", `source $SCRIPT; complete -C '${line}'`];

describe.concurrent("completion scripts", () => {
  test.skipIf(!hasProgram("bash", bashCompletion))("bash completes commands, options and values", async () => {
    expect(await inShell("bash", bash("deepseek-chat tran"))).toContain("transcripts");
    expect(await inShell("bash", bash("deepseek-chat ask --prov"))).toContain("--provider");
    expect(await inShell("bash", bash("deepseek-chat ask --provider sili"))).toMatch(
      /siliconflow\b[\s\S]*siliconflow-com/u,
    );
  });

  test.skipIf(!hasProgram("bash"))("bash needs nothing but itself, and puts together what it cuts", async () => {
    const alone = (line: string) => bash(line).map((part) => part.replace(`source ${bashCompletion}; `, ""));
    expect(await inShell("bash", alone("deepseek-chat tran"))).toBe("transcripts\n");
    expect(await inShell("bash", alone("deepseek-chat ask -p demo --effort "))).toBe("low\nhigh\nmax\n");
    expect(await inShell("bash", alone("deepseek-chat -m deepseek-f"))).toBe("deepseek-flash\n");
  });

  test.skipIf(!hasProgram("fish"))("fish completes commands, options and values", async () => {
    expect(await inShell("fish", fish("deepseek-chat tran"))).toContain("transcripts");
    expect(await inShell("fish", fish("deepseek-chat ask --effort "))).toBe("high\nlow\nmax\n");
  });

  test.skipIf(!hasProgram("zsh"))("zsh reads its script", async () => {
    expect(
      await inShell("zsh", [
        "-f",
        "-c",
        'autoload -U compinit; compinit -D; source "$SCRIPT"; whence -w _deepseek-chat',
      ]),
    ).toContain("function");
  });

  test("powershell gets a script too, and another shell a clear word", async () => {
    const [powershell, other] = await Promise.all([run(["completion", "powershell"]), run(["completion", "tcsh"])]);
    expect(powershell.stdout).toContain("Register-ArgumentCompleter");
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toContain("bash, zsh, fish, powershell");
  });

  test("a file's place is left to the shell, and a broken config file does not matter", async () => {
    const place = newPlace();
    put(place.configFile, "provider: [\n");
    const [file, command] = await Promise.all([
      run(["complete-words", "--", "ask", "-f", ""], { place }),
      run(["complete-words", "--", "mod"], { place }),
    ]);
    expect(file).toMatchObject({ code: 0, stdout: ":0\n" });
    expect(command.stdout).toContain("models");
  });
});

/** Presses Tab behind each line in an interactive bash, and gives the screen. */
async function tabbed(lines: readonly string[], place: Place, rc: string): Promise<PtyTerminal> {
  const { stdout: script } = await run(["completion", "bash"], { place });
  const folder = join(place.home, "bin");
  put(join(folder, "deepseek-chat"), `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
  chmodSync(join(folder, "deepseek-chat"), 0o755);
  put(join(place.home, "rc"), `${rc}\n${script}\nPS1='ready '\nbind 'set bell-style none'\nPATH='${folder}':$PATH\n`);
  const env = { ...environment(place), TERM: "xterm" };
  const args = ["--rcfile", join(place.home, "rc"), "-i"];
  const terminal = openTerminal({ command: "bash", args, env, cwd: place.cwd, cols: 150 });
  await terminal.until("ready ");
  for (const [index, line] of lines.entries()) {
    terminal.type(`${line}\t`);
    // Read when the Tab was dealt with.
    terminal.type(`\u0001\u000becho done ${index}\r`);
    await terminal.until(new RegExp(`^done ${index}$`, "mu"));
  }
  return terminal;
}

describe.skipIf(!hasProgram("bash")).concurrent("Tab in bash", () => {
  test.each([
    ["without the bash-completion package", ""],
    ["with the bash-completion package", `[ -e ${bashCompletion} ] && source ${bashCompletion}`],
  ])("%s runs nothing of the line and writes no file", async (_, rc) => {
    const place = newPlace();
    put(join(place.cwd, "answer.md"), "precious\n");
    await using terminal = await tabbed(
      [
        "deepseek-chat ask hi > answer.md --prov",
        "deepseek-chat ask $(touch one) --prov",
        "deepseek-chat ask `touch two` --prov",
        "deepseek-chat ask 'what does `touch three` do' --prov",
        'deepseek-chat ask "$(touch four)" -p de',
        "deepseek-chat ask <(touch five) -p de",
        "deepseek-chat ask hi; touch six; deepseek-chat --prov",
        "deepseek-chat ask '; touch seven #' --prov",
        "deepseek-chat ask -p '$(touch eight)",
        "deepseek-chat ask ${x:=$(touch nine)} a[$(touch ten)] --prov",
      ],
      place,
      rc,
    );
    expect(readdirSync(place.cwd).toSorted()).toEqual(["answer.md", "transcripts"]);
    expect(readFileSync(join(place.cwd, "answer.md"), "utf8")).toBe("precious\n");
    expect(terminal.scrollback()).not.toContain("command not found");
  });

  test("completes commands, values behind = and :, and files", async () => {
    const place = newPlace();
    put(join(place.cwd, "notes of today.md"), "x");
    put(place.configFile, "providers: {mine: {base_url: 'http://127.0.0.1:9/v1', model: 'llama3:8b'}}\n");
    await using terminal = await tabbed([], place, "");
    for (const [line, shown] of [
      ["deepseek-chat transc", "transcripts "],
      ["deepseek-chat ask --provider=siliconflow-", "ask --provider=siliconflow-com "],
      ["deepseek-chat -p mine -m llama3:", "-m llama3:8b "],
      ["deepseek-chat ask -f not", "-f notes\\ of\\ today.md "],
      ["deepseek-chat transcripts import not", "import notes\\ of\\ today.md "],
    ] as const) {
      terminal.type(`${line}\t`);
      await terminal.until(shown);
      expect(terminal.screen()).not.toContain("command not found");
      terminal.type("\u0001\u000b");
    }
  });
});

test("no script evaluates what stands on the line", async () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { stdout } = await run(["completion", shell]);
    expect(stdout).not.toMatch(/\beval\b|Invoke-Expression|compgen -W/iu);
  }
});

test("ids of models are known from the list that was asked for last", async () => {
  await using server = await serve(() => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      object: "list",
      data: [{ id: "seldom-one" }, { id: "seldom;two" }, { id: "org/seldom:3b" }],
    }),
  }));
  const place = newPlace();
  const env = askingAt(server);
  await run(["models"], { place, env });
  const { stdout } = await run(["complete-words", "--", "-p", "deepseek", "-m", ""], { place, env: {} });
  expect(stdout).toContain("seldom-one\norg/seldom:3b\n");
  // No shell may have to quote it.
  expect(stdout).not.toContain(";");
});

describe.concurrent("help", () => {
  test("speaks both languages to the last word", async () => {
    const [english, chinese] = await Promise.all([run(["ask", "--help"]), run(["ask", "--help", "--lang", "zh"])]);
    expect(english).toMatchObject({ code: 0, stderr: "" });
    expect(english.stdout).toContain("Usage: deepseek-chat ask [options]");
    expect(chinese.stdout).toMatch(/[\u4e00-\u9fff]/u);
    expect(chinese.stdout).not.toMatch(/Usage|Options|default:|choices:|\[options\]|display/u);
  });

  test("names the nearest command for a word that is none, in both languages", async () => {
    const [english, chinese] = await Promise.all([run(["aks"]), run(["aks"], { env: { LC_ALL: "zh_CN.UTF-8" } })]);
    expect(english).toMatchObject({ code: 2 });
    expect(english.stderr).toContain("Unknown command: aks (did you mean ask?)");
    expect(chinese.stderr).toContain("ask\uff1f");
  });
});
