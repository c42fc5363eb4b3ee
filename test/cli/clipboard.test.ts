import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../src/terminal/programs.ts";
import { encode } from "../support/encodings.ts";
import { png } from "../support/pictures.ts";
import { askingAt, newPlace, openProgram, type Place, put, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en } from "../support/words.ts";

/** Programs of another system, and of this one none but these. */
function system(place: Place, programs: Readonly<Record<string, string>>): { PATH: string } {
  const bin = join(place.home, "bin");
  for (const [name, body] of Object.entries(programs)) {
    put(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const name of ["pbcopy", "pbpaste", "wl-copy", "wl-paste", "xclip", "xsel", "clip.exe", "powershell.exe"]) {
    if (name in programs) continue;
    put(join(bin, name), "#!/bin/sh\nexit 1\n");
    chmodSync(join(bin, name), 0o755);
  }
  return { PATH: [bin, process.env["PATH"]].join(delimiter) };
}

describe.skipIf(process.platform === "win32").concurrent("the clipboard", () => {
  test("of Windows takes Chinese from /copy, and gives it to /paste, whatever its code page is", async () => {
    const place = newPlace();
    const [copied, kept] = [join(place.home, "copied"), join(place.home, "kept")];
    writeFileSync(kept, encode("中文剪贴板\r\n", "gb18030"));
    const programs = {
      "clip.exe": `cat > '${copied}'`,
      "powershell.exe": `echo "$*" > '${copied}.args'; cat '${kept}'`,
    };
    await using server = await serve([answer("你好，世界。\n`x`")]);
    const env = { ...askingAt(server), ...system(place, programs) };
    await using terminal = openProgram([], { place, env, cols: 100 });
    await say(terminal, "hello");
    await terminal.until("12 out");
    await say(terminal, "/copy");
    await terminal.until(en.session.copied({ characters: 10 }));
    expect(readFileSync(copied).toString("hex").startsWith("fffe")).toBe(true);
    expect(new TextDecoder("utf-16le").decode(readFileSync(copied))).toBe("你好，世界。\n`x`");
    await say(terminal, "/paste");
    await terminal.until(/^> 中文剪贴板$/mu);
    expect(readFileSync(`${copied}.args`, "utf8")).toContain("OutputEncoding");
  });

  test("gives a picture, which is one unit at the prompt, is sent, and goes or stays with /edit-last", async () => {
    const place = newPlace();
    const kept = join(place.home, "kept.png");
    writeFileSync(kept, Buffer.concat([png, Buffer.from("Somebody")]));
    const xclip = `case "$*" in *TARGETS*) echo image/png;; *image/png*) cat '${kept}';; *) exit 1;; esac`;
    await using server = await serve(() => answer("a dot"));
    const env = { ...askingAt(server), ...system(place, { xclip }), DISPLAY: ":7" };
    await using terminal = openProgram([], { place, env, cols: 100 });
    const label = (number: number) => `[${en.editor.pastedPicture({ number, size: "1×1" })}]`;
    const pictures = (index: number) =>
      JSON.stringify(server.requests[index]?.body).split(png.toString("base64")).length - 1;
    await terminal.until(/^>$/mu);
    terminal.type("What is ");
    terminal.type("\u0016");
    await terminal.until(`> What is ${label(1)}`);
    terminal.type(" \u001b[200~\u001b[201~");
    await terminal.until(`${label(1)} ${label(2)}`);
    terminal.type("\u007f");
    await terminal.until(() => !terminal.screen().includes(label(2)));
    terminal.type("\r");
    await server.received(1);
    expect(pictures(0)).toBe(1);
    await terminal.until(`${label(1).slice(1, -1)}: ${en.attachments.cleaned}`);
    const [attached = ""] = en.attachments
      .file({ name: label(1).slice(1, -1), size: "70 B", tokens: null, extent: null })
      .split(" · ");
    await terminal.until(attached);
    await say(terminal, "/edit-last");
    await terminal.until(() => /^> What is \[.*\]$/mu.test(terminal.screen().split("\n").at(-1) ?? ""));
    terminal.type(" again\r");
    await server.received(2);
    expect(pictures(1)).toBe(1);
    await say(terminal, "/el");
    await terminal.until(() => /^> What is .* again$/mu.test(terminal.screen().split("\n").at(-1) ?? ""));
    terminal.type("\u007f".repeat(" again".length + 2));
    terminal.type("it?\r");
    await server.received(3);
    expect(pictures(2)).toBe(0);
    writeFileSync(kept, Buffer.from("\0\0\0\x1cftypavif\0\0\0\0"));
    await say(terminal, "/paste");
    await terminal.until("AVIF");
    const [saved = ""] = transcriptsOf(place);
    expect(saved).toContain(label(1));
  });

  test("gets nothing that acts where it is pasted", async () => {
    const place = newPlace();
    const copied = join(place.home, "copied");
    const hostile = "ls\u001b[201~\rrm -rf x\u200b \u202egnp\u2066 \u{e0041}\u0007\u009b31m";
    await using server = await serve([answer(`\`\`\`sh\n${hostile}\n\`\`\`\n`)]);
    const env = { ...askingAt(server), ...system(place, { pbcopy: `cat > '${copied}'` }) };
    await using terminal = openProgram([], { place, env, cols: 100 });
    await say(terminal, "hello");
    await terminal.until("12 out");
    for (const line of ["/copy code", "/copy"]) {
      await say(terminal, line);
      await terminal.until(() => terminal.scrollback().split("Copied ").length > (line === "/copy" ? 2 : 1));
      expect(readFileSync(copied, "utf8")).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066\u{e0041}]/u,
      );
      expect(readFileSync(copied, "utf8")).toContain("rm -rf x");
    }
    const sequences = [...terminal.raw.matchAll(/\u001b\]52;c;([^\u0007]*)\u0007/gu)];
    expect(sequences).toHaveLength(2);
    for (const [, base64 = ""] of sequences) {
      expect(Buffer.from(base64, "base64").toString()).not.toMatch(/[\u001b\r\u200b\u202e]/u);
    }
  });
});

test("on Windows no program of the working directory is run, only those of absolute folders of Path", () => {
  const place = newPlace();
  const [root, bin] = [join(place.home, "Windows"), join(place.home, "bin")];
  put(join(root, "System32", "clip.exe"), "");
  put(join(bin, "pbcopy.exe"), "");
  put(join(place.cwd, "xclip.exe"), "");
  const variables = { SystemRoot: root, Path: `.${delimiter}${delimiter}${bin}`, PATHEXT: ".exe" };
  expect(findProgram("clip.exe", variables, true)).toBe(join(root, "System32", "clip.exe"));
  expect(findProgram("pbcopy", variables, true)).toBe(join(bin, "pbcopy.exe"));
  expect(findProgram("xclip", variables, true)).toBeNull();
});

test.skipIf(process.platform === "win32")("elsewhere neither, though PATH leads there", () => {
  const place = newPlace();
  const [bin, other] = [join(place.home, "bin"), join(place.home, "other")];
  put(join(place.cwd, "xclip"), "");
  put(join(bin, "xclip"), "");
  put(join(other, "xclip"), "");
  for (const folder of [place.cwd, other]) chmodSync(join(folder, "xclip"), 0o755);
  const near = relative(process.cwd(), place.cwd);
  expect(findProgram("xclip", { PATH: `${near}::.` }, false)).toBeNull();
  expect(findProgram("xclip", { PATH: `${near}:${bin}:${other}` }, false)).toBe(join(other, "xclip"));
  expect(findProgram("sh", {}, false)).toMatch(/^\/.*\/sh$/u);
  expect(findProgram("./mine", { PATH: bin }, false)).toBe("./mine");
});
