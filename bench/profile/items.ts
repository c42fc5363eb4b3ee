import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A CPU profile as Node writes it. Times are in microseconds of the monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From zero, as the column. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Functions of Node's bindings that are a system call or little more. */
const systemCalls = new Set(
  "access close fdatasync fstat fsync ftruncate getStatValues lstat mkdir open read readBuffers readFileUtf8 readdir realpath rename rmdir stat unlink utimes writeBuffer writeBuffers writeString writeFileUtf8 writeUtf8String writeLatin1String writev readStart connect internalModuleStat".split(
    " ",
  ),
);
const native = "native code outside of scripts";
/** What V8 calls frames that are no function, and their items. */
const unscripted = new Map([
  ["(idle)", "waiting"],
  ["(garbage collector)", "garbage collection"],
  ["(program)", native],
]);

/** Says of each moment of a profile of the built program, which item its time belongs to. */
export class ProfileItems {
  readonly #maps = new Map<string, ((line: number, column: number) => string | undefined) | null>();

  /**
   * Milliseconds by item.
   *
   * @param until time of the monotonic clock in milliseconds after which nothing counts
   */
  times({ nodes, samples, timeDeltas, startTime }: CpuProfile, until: number): Map<string, number> {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
    const items = new Map<number, string>();
    const times = new Map<string, number>();
    let time = startTime;
    for (const [index, id] of samples.entries()) {
      const delta = timeDeltas[index]!;
      time += delta;
      if (time / 1000 > until) break;
      let item = items.get(id);
      if (item === undefined) {
        const stack: CallFrame[] = [];
        for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) stack.push(frames.get(at)!);
        items.set(id, (item = this.#item(stack)));
      }
      times.set(item, (times.get(item) ?? 0) + delta / 1000);
    }
    return times;
  }

  /** @param stack the innermost frame first */
  #item(stack: readonly CallFrame[]): string {
    const own = unscripted.get(stack[0]!.functionName);
    if (own !== undefined) return own;
    const script = stack.find(({ url }) => url !== "" && !url.startsWith("node:"));
    if (script !== undefined && /\/bin\/[^/]+$/u.test(script.url)) return "reading and compiling scripts";
    if (stack[0]!.url === "" && systemCalls.has(stack[0]!.functionName)) return "system calls";
    const frame = stack.find(({ url }) => url !== "");
    if (frame === undefined) return native;
    if (frame === script) return this.#scriptItem(frame);
    if (script === undefined) return "Node's start and event loop";
    return `Node: ${frame.url
      .replace(/^node:(?:internal\/)?/u, "")
      .split("/")[0]!
      .replace(/^_/u, "")}`;
  }

  #scriptItem({ url, lineNumber, columnNumber }: CallFrame): string {
    const source = this.#map(fileURLToPath(url))?.(lineNumber, columnNumber) ?? "";
    const [, packageName] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(source) ?? [];
    if (packageName !== undefined) return `package ${packageName}`;
    const [, place] = /(?:^|\/)src\/(.+?)(?:\/[^/]+)?$/u.exec(source) ?? [];
    return place === undefined ? "what the bundler adds" : `src/${place}`;
  }

  /** Gives the source of a place in a script, by the map beside it. */
  #map(file: string): ((line: number, column: number) => string | undefined) | null {
    const known = this.#maps.get(file);
    if (known !== undefined) return known;
    const made = existsSync(`${file}.map`) ? mapOf(file) : null;
    this.#maps.set(file, made);
    return made;
  }
}

function mapOf(file: string): (line: number, column: number) => string | undefined {
  const map = new SourceMap(
    JSON.parse(readFileSync(`${file}.map`, "utf8")) as ConstructorParameters<typeof SourceMap>[0],
  );
  const lines = readFileSync(file, "latin1").split("\n");
  // What bin/load.js puts before the first line.
  const loader = readFileSync(join(dirname(dirname(file)), "bin/load.js"), "utf8");
  const wrapper = /`(?<head>\(function \([^)]*\) \{)/u.exec(loader)?.groups?.["head"];
  if (wrapper === undefined) throw new Error(`bin/load.js does not wrap ${basename(file)} as it did`);
  return (line, column) => {
    const at = line === 0 ? column - wrapper.length : column;
    // scripts/build.ts escapes what is not ASCII, which its map does not know.
    const escapes = lines[line]?.slice(0, at).match(/\\u[\da-f]{4}/gu)?.length ?? 0;
    const entry = map.findEntry(line, at - 5 * escapes);
    return "originalSource" in entry ? entry.originalSource : undefined;
  };
}
