import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { askingAt, environment, newPlace, published } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const windows = process.platform === "win32";
const execute = promisify(execFile);

test("what is packed installs without any network and is a working program", async () => {
  const place = newPlace();
  // A cache of its own that is empty: nothing can come from there either.
  const env = {
    ...environment(place),
    npm_config_cache: join(place.home, "cache"),
    npm_config_update_notifier: "false",
  };
  const npm = (args: readonly string[], cwd: string) => execute("npm", args, { cwd, env, shell: windows });
  const packed = await npm(["pack", "--ignore-scripts", "--json", "--pack-destination", place.cwd], published);
  const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
  const folders = new Set(files.map(({ path }) => (path.includes("/") ? path.split("/")[0] : path)));
  expect([...folders]).toEqual(expect.arrayContaining(["bin", "dist", "package.json"]));
  expect(files.map(({ path }) => path)).toContain("dist/third-party-notices.txt");
  expect(folders).not.toContain("src");
  expect(folders).not.toContain("test");

  const prefix = join(place.home, "prefix");
  await npm(["install", "--global", "--offline", "--prefix", prefix, join(place.cwd, filename)], place.cwd);
  const program = join(prefix, windows ? "" : "bin", windows ? "deepseek-chat.cmd" : "deepseek-chat");
  const { version } = JSON.parse(readFileSync(join(published, "package.json"), "utf8")) as { version: string };
  const told = await execute(program, ["--version"], { cwd: place.cwd, env, shell: windows });
  expect(told.stdout).toBe(`${version}\n`);

  await using server = await serve([answer("Installed.")]);
  const asking = execute(program, ["ask", "hello"], {
    cwd: place.cwd,
    env: { ...env, ...askingAt(server) },
    shell: windows,
  });
  // An open pipe would be read to its end.
  asking.child.stdin?.end();
  const asked = await asking;
  expect(asked).toEqual({ stdout: "Installed.\n", stderr: "" });
  expect(readdirSync(join(place.cwd, "transcripts"))).toHaveLength(1);
});

test("the licence of each package in the bundle comes along", () => {
  const shipped = readFileSync(join(published, "dist", "third-party-notices.txt"), "utf8");
  const titles = [...shipped.matchAll(/^(\S+) (\d\S*) \((\S+)\)\n=+\n\n(?=\S)/gmu)];
  const root = new URL("../../", import.meta.url);
  const [bundled = ""] = readFileSync(new URL("docs/decisions/0018-packages.md", root), "utf8").split("not shipped");
  const expected = [...bundled.matchAll(/^\| (`.*?) \|/gmu)]
    .filter(([, cell]) => !cell!.includes("not in the bundle"))
    .flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/gu)].map(([, name]) => name!));
  expect(expected).toContain("openai");
  const versionOf = (name: string) =>
    JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, root), "utf8")) as { version: string };
  const told = titles.map(([, name, version]) => `${name} ${version}`);
  expect(told).toEqual(expect.arrayContaining(expected.map((name) => `${name} ${versionOf(name).version}`)));
  // What they bring along themselves, down to a folder of somebody else's.
  expect(told.length).toBeGreaterThan(expected.length);
  expect(shipped).toContain("Nathan LaFreniere");
  const permissions = shipped.match(
    /Permission is hereby granted|Permission to use, copy|Redistribution and use|Apache License/gu,
  );
  expect(permissions?.length).toBeGreaterThanOrEqual(titles.length);
});

test("few packages come along at run time, and each is optional", () => {
  const manifest = JSON.parse(readFileSync(join(published, "package.json"), "utf8")) as Record<string, object>;
  expect(manifest["dependencies"] ?? {}).toEqual({});
  expect(Object.keys(manifest["optionalDependencies"] ?? {})).toEqual(["@napi-rs/keyring"]);
});

test("no package runs anything when it is installed but those that are known to, and each is pinned and accounted for", () => {
  const root = new URL("../../", import.meta.url);
  const read = (path: string) => readFileSync(new URL(path, root), "utf8");
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { integrity?: string; hasInstallScript?: boolean }>;
  };
  const installed = Object.entries(packages).filter(([path]) => path !== "");
  expect(installed.flatMap(([path, { hasInstallScript }]) => (hasInstallScript === true ? [path] : []))).toEqual([
    "node_modules/msgpackr-extract",
    "node_modules/node",
  ]);
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
  const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const scripts = ["preinstall", "install", "postinstall", "prepare"].filter((name) => name in manifest["scripts"]!);
  expect(scripts).toEqual([]);
  const decision = read("docs/decisions/0018-packages.md");
  const names = Object.keys({ ...manifest["devDependencies"], ...manifest["optionalDependencies"] });
  const unnamed = names.filter((name) => !name.startsWith("@types/") && !decision.includes(`\`${name}\``));
  expect(unnamed).toEqual([]);
});
