/**
 * A document of 90 MB on its way to a service that takes it slowly and then reads it: `node bench/upload.ts [MB] [MB a second] [seconds of
 * reading]`. Prints the peak memory beside that of a document of 1 kB, what the progress row showed, and how often it was written; then how
 * long the program takes to end after Ctrl-C, in the middle of the upload.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openTerminal } from "../test/support/pty.ts";

const [megabytes = 90, rate = 15, reading = 3] = process.argv.slice(2).map(Number);
const launcher = fileURLToPath(new URL("../bin/deepseek-chat.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-upload-"));

const service = createServer((request, response) => {
  void (async () => {
    const startedAt = performance.now();
    let size = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      const ahead = size / (rate * 1000) - (performance.now() - startedAt);
      if (ahead > 5) await pause(ahead);
    }
    response.writeHead(200, { "content-type": "application/json" });
    for (let second = 0; second < (size < 1_000_000 ? 0 : reading); second++) {
      response.write("\n");
      await pause(1000);
    }
    const pages = [{ index: 0, text: `${size} bytes came`, finish_reason: "stop" }];
    response.end(JSON.stringify({ object: "ocr.result", pages }));
  })().catch(() => response.destroy());
});
await new Promise<void>((resolve) => {
  service.listen(0, "127.0.0.1", resolve);
});
const env = {
  HOME: folder,
  XDG_DATA_HOME: join(folder, "data"),
  DEEPSEEK_API_KEY: "sk-0123456789abcdef",
  DEEPSEEK_BASE_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
};

/** Kilobytes that the process had in memory at most. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s*(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function upload(name: string, bytes: number, interruptAfter: number | null = null) {
  const head = "%PDF-1.7\n";
  writeFileSync(join(folder, name), Buffer.concat([Buffer.from(head), Buffer.alloc(bytes - head.length)]));
  const rows = new Set<string>();
  let writes = 0;
  const terminal = openTerminal({
    args: [launcher, "ocr", name],
    env,
    cwd: folder,
    cols: 110,
    onOutput: (data) => void (writes += data.split("\r").length - 1),
  });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, peakOf(terminal.pid));
    const row = terminal.screen().split("\n").at(-1) ?? "";
    if (row.includes(name)) rows.add(row);
  }, 20);
  let ending = 0;
  if (interruptAfter !== null) {
    await pause(interruptAfter);
    const at = performance.now();
    terminal.type("\u0003");
    await terminal.exit;
    ending = performance.now() - at;
  }
  const { code } = await terminal.exit;
  clearInterval(timer);
  const screen = terminal.scrollback();
  await terminal[Symbol.asyncDispose]();
  return { code, peak: peak / 1024, rows: [...rows], writes, ending, screen };
}

try {
  const small = await upload("small.pdf", 1000);
  const large = await upload("large.pdf", megabytes * 1_000_000);
  const every = Math.ceil(large.rows.length / 12);
  console.log(large.rows.filter((_, index) => index % every === 0 || index === large.rows.length - 1).join("\n"));
  console.log(`\nWhat stayed on the screen:\n${large.screen}\n`);
  console.log(`peak: ${small.peak.toFixed(0)} MB for 1 kB, ${large.peak.toFixed(0)} MB for ${megabytes} MB`);
  console.log(`${large.rows.length} rows seen, ${large.writes} writes of a row`);
  const cut = await upload("cut.pdf", megabytes * 1_000_000, 2000);
  console.log(`Ctrl-C in the upload: exit ${cut.code} after ${cut.ending.toFixed(0)} ms\n${cut.screen}`);
} finally {
  service.closeAllConnections();
  service.close();
  rmSync(folder, { recursive: true });
}
