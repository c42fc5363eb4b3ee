import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pastedPicture } from "../../src/terminal/clipboard-picture.ts";
import { png } from "../support/pictures.ts";

const folder = mkdtempSync(join(tmpdir(), "clipboard-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A system with these programs alone; each notes its arguments. `$picture` is a file that holds one. */
function system(programs: Readonly<Record<string, string>>) {
  const bin = join(folder, String(count++));
  mkdirSync(bin);
  const [picture, noted] = [join(bin, "picture"), join(bin, "noted")];
  writeFileSync(picture, png);
  for (const [name, body] of Object.entries(programs)) {
    const head = `#!/bin/sh\necho "${name} $*" >> '${noted}'\npicture='${picture}'\n`;
    writeFileSync(join(bin, name), `${head}${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { PATH: bin, noted: () => readFileSync(noted, "utf8").trimEnd().split("\n") };
}

const most = 1000;
const quiet = new AbortController().signal;
const found = { kind: "picture", bytes: png };
const printed = `/bin/cat "$picture"`;
const listed = `case "$*" in *TARGETS*|*list-types*) printf 'TARGETS\\nimage/bmp\\nimage/png\\n';; *) ${printed};; esac`;

describe.skipIf(process.platform === "win32")("a picture is read", () => {
  test("on X11 by xclip, in the form that services take", async () => {
    const { noted, ...env } = system({ xclip: listed });
    expect(await pastedPicture({ ...env, DISPLAY: ":0" }, most, quiet, "linux")).toEqual(found);
    expect(noted()).toEqual(["xclip -selection clipboard -t TARGETS -o", "xclip -selection clipboard -t image/png -o"]);
  });

  test("on Wayland by wl-paste, by xclip where that fails", async () => {
    const wayland = { WAYLAND_DISPLAY: "wayland-0", DISPLAY: ":0" };
    const { noted, ...env } = system({ "wl-paste": listed, xclip: listed });
    expect(await pastedPicture({ ...env, ...wayland }, most, quiet, "linux")).toEqual(found);
    expect(noted()).toEqual(["wl-paste --list-types", "wl-paste --no-newline --type image/png"]);
    const second = system({ "wl-paste": "exit 1", xclip: listed });
    expect(await pastedPicture({ PATH: second.PATH, ...wayland }, most, quiet, "linux")).toEqual(found);
  });

  test("on macOS by pngpaste, by osascript where that is not there", async () => {
    const { noted, ...env } = system({ pngpaste: printed, osascript: "exit 1" });
    expect(await pastedPicture(env, most, quiet, "darwin")).toEqual(found);
    expect(noted()).toEqual(["pngpaste -"]);
    const hex = png.toString("hex").toUpperCase();
    const second = system({ osascript: `echo '«data PNGf${hex}»'` });
    expect(await pastedPicture({ PATH: second.PATH }, most, quiet, "darwin")).toEqual(found);
  });

  test.each([
    ["win32", {}],
    ["linux", { WSL_DISTRO_NAME: "Debian", WAYLAND_DISPLAY: "wayland-0", DISPLAY: ":0" }],
  ])("on Windows by PowerShell, also from %s", async (name, variables) => {
    const { noted, ...env } = system({ "powershell.exe": `echo '${png.toString("base64")}'`, "wl-paste": "exit 1" });
    expect(await pastedPicture({ ...env, ...variables }, most, quiet, name)).toEqual(found);
    expect(noted()[0]).toContain("Get-Clipboard -Format Image");
  });
});

describe.skipIf(process.platform === "win32")("a clipboard", () => {
  test("without a picture is told from one that nothing can read, and from one that is too large", async () => {
    const x11 = { DISPLAY: ":0" };
    const text = system({ xclip: "echo UTF8_STRING" });
    expect(await pastedPicture({ PATH: text.PATH, ...x11 }, most, quiet, "linux")).toEqual({ kind: "none" });
    expect(await pastedPicture({ PATH: system({}).PATH, ...x11 }, most, quiet, "linux")).toEqual({
      kind: "unreadable",
    });
    expect(await pastedPicture({ PATH: system({}).PATH }, most, quiet, "darwin")).toEqual({ kind: "unreadable" });
    const { PATH } = system({ xclip: listed });
    expect(await pastedPicture({ PATH, ...x11 }, png.length - 1, quiet, "linux")).toEqual({ kind: "too_large" });
    const endless = system({ pngpaste: "while :; do /bin/cat $0; done" });
    expect(await pastedPicture({ PATH: endless.PATH }, most, quiet, "darwin")).toEqual({ kind: "too_large" });
  });

  test("that hangs is given up when nobody waits for it any more, and no other program is asked", async () => {
    const { noted, PATH } = system({ "wl-paste": "exec /bin/sleep 60", xclip: listed });
    const variables = { PATH, WAYLAND_DISPLAY: "w", DISPLAY: ":0" };
    expect(await pastedPicture(variables, most, AbortSignal.timeout(100), "linux")).toEqual({ kind: "unreadable" });
    expect(noted()).toHaveLength(1);
  });

  test("is not looked for over SSH without a display", async () => {
    const { noted, ...env } = system({ xclip: listed, pngpaste: printed });
    const remote = { ...env, SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" };
    expect(await pastedPicture(remote, most, quiet, "linux")).toEqual({ kind: "remote" });
    expect(await pastedPicture(remote, most, quiet, "darwin")).toEqual({ kind: "remote" });
    expect(noted).toThrow("ENOENT");
    expect(await pastedPicture({ ...remote, DISPLAY: "localhost:10.0" }, most, quiet, "linux")).toEqual(found);
  });
});
