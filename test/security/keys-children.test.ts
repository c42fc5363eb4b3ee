import { chmodSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, openProgram, type Place, put } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const secrets = { OPENAI_API_KEY: "sk-other-service-0001", MY_GATEWAY: "sk-named-in-settings-0002" };
const key = "sk-in-use-0123456789abcdef";

/** A program first in the PATH that notes what it was given, and then does something. */
function plant({ home }: Place, name: string, then: string): void {
  const path = join(home, "bin", name);
  put(path, `#!/bin/sh\n{ env; echo "arguments: $*"; } >> "${join(home, `seen-${name}`)}"\n${then}\n`);
  chmodSync(path, 0o755);
}

const seen = ({ home }: Place, name: string) => readFileSync(join(home, `seen-${name}`), "utf8");

describe.runIf(process.platform !== "win32")("programs that are run are given no keys", () => {
  test("by a session: vault, editor, clipboard, pager", async () => {
    await using server = await serve(() => answer("short\n\n".repeat(40)));
    const place = newPlace();
    plant(place, "vault", `echo ${key}`);
    plant(place, "my-editor", 'echo " edited" >> "$1"');
    plant(place, "pbcopy", "cat > /dev/null");
    plant(place, "pbpaste", "echo pasted");
    plant(place, "my-pager", "cat > /dev/null");
    put(
      place.configFile,
      "providers: {deepseek: {key_command: vault}, mine: {base_url: https://gateway.example, key_variable: MY_GATEWAY}}\n",
    );
    const path = [join(place.home, "bin"), process.env["PATH"]].join(delimiter);
    const programs = { PATH: path, EDITOR: "my-editor", PAGER: "my-pager", SILICONFLOW_API_KEY: "sk-third-0003" };
    const env = { ...secrets, ...programs, DEEPSEEK_BASE_URL: server.url, TERM: "xterm-256color" };
    await using session = openProgram([], { place, env });
    await say(session, "hello");
    await say(session, "/copy");
    await say(session, "/paste");
    await session.until("> pasted");
    session.type("\r");
    await say(session, "/edit");
    await server.received(3);
    await say(session, "q");
    await session.exit;
    await using shown = openProgram(["transcripts", "show", "last"], { place, env, rows: 10 });
    await shown.exit;
    for (const name of ["vault", "my-editor", "pbcopy", "pbpaste", "my-pager"]) {
      expect(seen(place, name)).toContain("HOME=");
      expect([name, seen(place, name).match(/^.*(?:sk-|API_KEY).*$/gmu)]).toEqual([name, null]);
    }
  });
});
