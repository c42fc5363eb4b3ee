/**
 * Counts what a run of the program does: `node --require scripts/work/counter.cjs bin/deepseek-chat.js …`. It replaces functions
 * by ones that count and call them, and modules of Node only when the program asks for them, so that it loads none itself; what
 * registering its hook loads is left out of the count. At the end of the process the counts go to the file that WORK_COUNTS
 * names, as JSON (`Counts` in run.ts).
 *
 * With WORK_UNTIL they are those of the moment when a piece of output with this text has been written.
 *
 * Not seen: what Node does itself, such as the reading of modules by its loader, and what threads and other processes do.
 */
"use strict";
const { WORK_COUNTS: file, WORK_UNTIL: until } = process.env;
// A thread of the program runs this file too, and must not count.
if (file !== undefined) count(file, until);

function count(report, mark) {
  delete process.env.WORK_COUNTS;
  delete process.env.WORK_UNTIL;
  const getBuiltinModule = process.getBuiltinModule.bind(process);
  const fs = getBuiltinModule("fs");
  const { writeFileSync } = fs;
  /** What Node itself has loaded before the program. */
  const atStart = new Set(process.moduleLoadList);
  /** Modules of Node that the program asked for by name. */
  const named = new Set();
  /** What was run: its name, the characters of its source, and whether V8 had to compile it, null for a module of Node's loader. */
  const scripts = [];
  /** Calls by function and file, with the bytes that a write was given. */
  const calls = new Map();
  const bytes = new Map();
  const paths = new Map([
    [0, "stdin"],
    [1, "stdout"],
    [2, "stderr"],
  ]);
  let depth = 0;
  let reached = null;

  const add = (name, target, size = 0) => {
    const key = `${name} ${target}`;
    calls.set(key, (calls.get(key) ?? 0) + 1);
    if (size > 0) bytes.set(key, (bytes.get(key) ?? 0) + size);
  };
  /** What a first argument stands for: an open file is named by its path. */
  const targetOf = (value) => {
    if (typeof value === "number") return paths.get(value) ?? `descriptor ${value}`;
    if (value instanceof URL) return decodeURIComponent(value.pathname);
    return value === null || typeof value !== "object" ? String(value) : (paths.get(value.fd) ?? "open file");
  };
  const sizeOf = (name, data) => {
    if (!/^write|^append/.test(name)) return 0;
    return typeof data === "string" || ArrayBuffer.isView(data) ? Buffer.byteLength(data) : 0;
  };
  const noted = (path, descriptor) => typeof descriptor === "number" && paths.set(descriptor, path);

  /** The same function, counted; what it calls of its module itself is not. */
  const counted = (name, work) => {
    const replaced = function (...given) {
      const isHandle = typeof this?.fd === "number";
      const target = targetOf(isHandle ? this : name.startsWith("symlink") ? given[1] : given[0]);
      // A file that is open already is read, not opened.
      const called = typeof given[0] === "number" ? name.replace(/^readFile/, "read") : name;
      if (depth === 0) add(called, target, sizeOf(name, given[isHandle ? 0 : 1]));
      const last = given.at(-1);
      if (name === "open" && typeof last === "function")
        given[given.length - 1] = (error, descriptor) => (noted(target, descriptor), last(error, descriptor));
      depth++;
      try {
        const result = Reflect.apply(work, this, given);
        if (name === "openSync") noted(target, result);
        if (name === "open" && result instanceof Promise) return result.then((handle) => opened(handle, target));
        return result;
      } finally {
        depth--;
      }
    };
    return Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(work));
  };
  const handles = new Set();
  const opened = (handle, target) => {
    noted(target, handle.fd);
    const kind = Object.getPrototypeOf(handle);
    if (!handles.has(kind)) countAll(handles.add(kind) && kind);
    return handle;
  };
  const countAll = (owner) => {
    for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value !== "function" || !writable || /^[A-Z_]|^constructor$|^create|^close|^fsync/.test(name))
        continue;
      owner[name] = counted(name, value);
      if (typeof value.native === "function") owner[name].native = counted(name, value.native);
    }
  };

  const ran = (name, { length: size }, compiled) => scripts.push({ name, size, compiled });
  const instruments = {
    "fs/promises": countAll,
    vm(vm) {
      vm.Script = new Proxy(vm.Script, {
        construct(target, given, self) {
          const script = Reflect.construct(target, given, self);
          ran(given[1]?.filename ?? "a script", given[0], script.cachedDataRejected !== false);
          return script;
        },
      });
      const { compileFunction } = vm;
      vm.compileFunction = (source, parameters, options) => {
        const made = compileFunction(source, parameters, options);
        ran(options?.filename ?? "a function", source, made.cachedDataRejected !== false);
        return made;
      };
    },
  };
  process.getBuiltinModule = (id) => {
    const module = getBuiltinModule(id);
    const name = id.replace(/^node:/, "");
    if (!named.has(`NativeModule ${name}`)) instruments[name]?.(module);
    named.add(`NativeModule ${name}`);
    return module;
  };
  countAll(fs);
  Object.defineProperty(fs, "promises", { get: () => process.getBuiltinModule("fs/promises") });

  /** The streams of pipes and terminals write by their handles, and are made when first asked for. */
  for (const name of ["stdout", "stderr"]) {
    const made = Object.getOwnPropertyDescriptor(process, name);
    let stream;
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      get() {
        if (stream === undefined && (stream = made.get.call(process))._handle) countWrites(stream._handle, name);
        return stream;
      },
    });
  }
  function countWrites(handle, target) {
    for (const method of ["writeBuffer", "writev", "writeUtf8String", "writeLatin1String", "writeAsciiString"]) {
      const write = handle[method].bind(handle);
      handle[method] = (request, data, ...others) => {
        const text = Array.isArray(data) ? data.map(String).join("") : String(data);
        add("write", target, Buffer.byteLength(text));
        const result = write(request, data, ...others);
        if (mark !== undefined && reached === null && text.includes(mark)) reached = counts();
        return result;
      };
    }
  }

  const tallies = { "JSON.parse": 0, timers: 0 };
  const tally = (owner, key, name) => {
    const work = owner[key];
    const replaced = function (...given) {
      tallies[name]++;
      return Reflect.apply(work, this, given);
    };
    owner[key] = Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(work));
  };
  tally(JSON, "parse", "JSON.parse");
  for (const key of ["setTimeout", "setInterval", "setImmediate"]) tally(globalThis, key, "timers");

  /** All but what Node's loader does for the modules that it loads itself. */
  const ofProgram = (counted) =>
    Object.fromEntries([...counted].filter(([key]) => !modules.has(key.slice(key.indexOf(" ") + 1))));
  const counts = () => ({
    scripts: [...scripts],
    builtins: [...new Set([...process.moduleLoadList.filter((name) => !loadedHere.has(name)), ...named])]
      .filter((name) => name.startsWith("NativeModule ") && !atStart.has(name))
      .map((name) => name.slice("NativeModule ".length)),
    calls: ofProgram(calls),
    bytes: ofProgram(bytes),
    tallies: { ...tallies },
  });
  const emit = process.emit.bind(process);
  process.emit = (event, ...given) => {
    const heard = emit(event, ...given);
    if (event === "exit") writeFileSync(report, JSON.stringify(reached ?? counts()));
    return heard;
  };

  /** Files that Node's loader reads, the launcher's, which is no script of the bundle. */
  const modules = new Set();
  require("node:module").registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (url.startsWith("file:")) {
        const path = decodeURIComponent(new URL(url).pathname);
        modules.add(path);
        ran(path, loaded.source, null);
      }
      return loaded;
    },
  });
  const loadedHere = new Set(process.moduleLoadList.filter((name) => !atStart.has(name)));
}
