import { execFile } from "node:child_process";
import { chmodSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { environment, launcher, newPlace, type Place, put, run } from "../support/program.ts";
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
      run(["complete", "--", "ask", "-f", ""], { place }),
      run(["complete", "--", "mod"], { place }),
    ]);
    expect(file).toMatchObject({ code: 0, stdout: ":0\n" });
    expect(command.stdout).toContain("models");
  });
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
    expect(english.stderr).toContain("There is no command aks; did you mean ask?");
    expect(chinese.stderr).toContain("ask\uff1f");
  });
});
