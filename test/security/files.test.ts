import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, environment, launcher, newPlace, type Place, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

/** Runs the program in a shell that leaves every permission to everybody, and gives its exit code. */
async function runLoosely(place: Place, args: readonly string[], env: Record<string, string>) {
  const command = ["-c", 'umask 000; exec "$0" "$@"', process.execPath, launcher, ...args];
  // Compiled code is kept in this home, where its modes can be looked at.
  const variables = environment(place, { NODE_COMPILE_CACHE: undefined, ...env });
  const [code] = (await once(spawn("sh", command, { cwd: place.cwd, env: variables, stdio: "ignore" }), "close")) as [
    number,
  ];
  return code;
}

/** Everything below the home and the working directory. */
const everything = ({ home, cwd }: Place) =>
  [home, cwd].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );

describe.runIf(process.platform !== "win32")("what the program writes", () => {
  test("is private under the loosest umask, each file and folder", async () => {
    await using server = await serve(() => answer("an answer"));
    const env = askingAt(server);
    const place = newPlace();
    const before = new Set(everything(place));
    const tour = [
      ["ask", "hello"],
      ["ask", "--transcript", "notes.md", "hello"],
      ["ask", "--transcripts", "elsewhere", "--log-file", "run.log", "hello"],
      ["config", "set", "temperature", "0.5"],
      ["transcripts", "list"],
      ["transcripts", "search", "hello"],
      ["transcripts", "export", "last", "--to", "html", "-o", "page.html"],
      ["transcripts", "export", "--all", "--to", "md", "-o", "out"],
      ["transcripts", "export", "last", "--to", "json", "-o", "one.json"],
      ["transcripts", "import", "one.json"],
      ["transcripts", "rename", "last", "A title"],
    ];
    const codes: number[] = [];
    for (const args of tour) codes.push(await runLoosely(place, args, env));
    expect(codes).toEqual(tour.map(() => 0));
    const written = everything(place)
      .filter((path) => !before.has(path))
      .map((path) => {
        const { mode } = lstatSync(path);
        return {
          path: relative(join(place.cwd, ".."), path),
          mode: (mode & 0o777).toString(8),
          folder: lstatSync(path).isDirectory(),
        };
      });
    for (const part of [
      /\.cache\/.*compiled\/ask$/u,
      /search-.*\.db$/u,
      /config\.yaml$/u,
      /notes\.md$/u,
      /run\.log$/u,
      /page\.html$/u,
    ]) {
      expect(written.map(({ path }) => path)).toContainEqual(expect.stringMatching(part));
    }
    expect(written.filter(({ mode, folder }) => mode !== (folder ? "700" : "600"))).toEqual([]);
  });

  test.each([
    ["a transcript", 6, (link: string) => ["ask", "--transcript", link, "hello"]],
    ["a log", 6, (link: string) => ["ask", "--no-transcript", "--log-file", link, "hello"]],
    ["an export", 2, (link: string) => ["transcripts", "export", "last", "--to", "txt", "-o", link]],
  ])("follows no link that another may have laid in a shared folder: %s", async (_, code, args) => {
    await using server = await serve(() => answer("an answer"));
    const place = newPlace();
    const env = askingAt(server);
    await run(["ask", "something to export"], { place, env });
    const [shared, target] = [join(place.cwd, "shared"), join(place.cwd, "target")];
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    writeFileSync(target, "mine");
    symlinkSync(target, join(shared, "link"));
    const ran = await run(args(join("shared", "link")), { place, env });
    expect({ code: ran.code, target: readFileSync(target, "utf8") }).toEqual({ code, target: "mine" });
    expect(ran.stderr).toContain("link");
  });
});
